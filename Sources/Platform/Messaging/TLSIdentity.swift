/// Who we are and whom we trust: with it every `tls+tcp` connection is encrypted and both ends prove
/// themselves.
package struct TLSIdentity: Sendable, Hashable {
    /// PEM file of the authority which signed every peer's certificate.
    package let authorityFile: String
    /// PEM file with our certificate and its key.
    package let certificateFile: String
    /// The name which the dialed peer's certificate must carry; nil: the host of the dialed address.
    package let serverName: String?

    /// Names the files; they are read when a socket starts.
    package init(authorityFile: String, certificateFile: String, serverName: String? = nil) {
        self.authorityFile = authorityFile
        self.certificateFile = certificateFile
        self.serverName = serverName
    }
}
