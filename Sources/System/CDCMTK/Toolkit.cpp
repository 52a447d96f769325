#include "Internal.hpp"

#include "dcmtk/dcmdata/dcrledrg.h"
#include "dcmtk/dcmdata/dcrleerg.h"
#include "dcmtk/dcmjpeg/djdecode.h"
#include "dcmtk/dcmjpeg/djencode.h"
#include "dcmtk/dcmjpls/djdecode.h"
#include "dcmtk/dcmjpls/djencode.h"
#include "dcmtk/oflog/oflog.h"

bool carina::prepareToolkit() {
    static const bool isReady = [] {
        // DCMTK logs attribute values now and then; a patient's name must not reach a terminal.
        OFLog::configure(OFLogger::OFF_LOG_LEVEL);
        // Some archives give known attributes as UN after a detour; the dictionary knows better.
        dcmEnableUnknownVRConversion.set(OFTrue);
        DcmRLEDecoderRegistration::registerCodecs();
        DcmRLEEncoderRegistration::registerCodecs();
        DJDecoderRegistration::registerCodecs();
        DJEncoderRegistration::registerCodecs();
        DJLSDecoderRegistration::registerCodecs();
        DJLSEncoderRegistration::registerCodecs();
        // Without the dictionary, implicit VR objects would seem to hold nothing but unknown bytes.
        return dcmDataDict.isDictionaryLoaded();
    }();
    return isReady;
}
