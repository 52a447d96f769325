package import Wire

/// How far a job is.
package enum JobState: UInt8, WireValue {
    /// It waits.
    case queued = 0
    /// It runs.
    case running = 1
    /// It has a result.
    case done = 2
    /// It ended with an error; the text says why.
    case failed = 3
    /// Somebody cancelled it.
    case cancelled = 4

    /// The choice as the registry calls it.
    package var name: String { "\(self)" }
}

/// Long work of a service.
package struct Job: WireStructure, Equatable {
    /// Fixed fields and empty texts, lists and options.
    package static let byteCountMinimum = 16 + 4 + 1 + 4 + 4 + 4 + 8 + 1

    /// Names the job.
    package var id: Identifier
    /// What is done: `training`, `import`, `data set`.
    package var kind: String
    /// How far it is.
    package var state: JobState
    /// From 0 to 1.
    package var progress: Float
    /// What it does at the moment, or why it failed.
    package var text: String
    /// What it made: an id or fingerprint in hexadecimal; empty before it is done.
    package var result: String
    /// When it was asked for, milliseconds since 1970.
    package var startedMilliseconds: UInt64
    /// When it ended, milliseconds since 1970.
    package var finishedMilliseconds: UInt64?

    /// Takes each field as it is.
    package init(
        id: Identifier,
        kind: String,
        state: JobState,
        progress: Float,
        text: String,
        result: String,
        startedMilliseconds: UInt64,
        finishedMilliseconds: UInt64?
    ) {
        self.id = id
        self.kind = kind
        self.state = state
        self.progress = progress
        self.text = text
        self.result = result
        self.startedMilliseconds = startedMilliseconds
        self.finishedMilliseconds = finishedMilliseconds
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        id = try reader.read("id")
        kind = try reader.read("kind")
        state = try reader.read("state")
        progress = try reader.read("progress")
        text = try reader.read("text")
        result = try reader.read("result")
        startedMilliseconds = try reader.read("startedMilliseconds")
        finishedMilliseconds = try reader.read("finishedMilliseconds")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(id)
        writer.write(kind)
        writer.write(state)
        writer.write(progress)
        writer.write(text)
        writer.write(result)
        writer.write(startedMilliseconds)
        writer.write(finishedMilliseconds)
    }
}

/// How far is this job?
package struct JobStatus: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.common, 0x03)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Names the job.
    package var jobID: Identifier

    /// Takes each field as it is.
    package init(jobID: Identifier) {
        self.jobID = jobID
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        jobID = try reader.read("jobID")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(jobID)
    }

    /// What `JobStatus` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// How far it is.
        package var job: Job

        /// Takes each field as it is.
        package init(job: Job) {
            self.job = job
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            job = try reader.read("job")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(job)
        }
    }
}

/// Stop this job soon.
package struct CancelJob: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.common, 0x04)
    /// Released; never changes.
    package static let schema: UInt8 = 1
    /// A repeat is answered from memory.
    package static let changesState = true

    /// Names the job.
    package var jobID: Identifier

    /// Takes each field as it is.
    package init(jobID: Identifier) {
        self.jobID = jobID
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        jobID = try reader.read("jobID")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(jobID)
    }

    /// What `CancelJob` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// How far it was; it stops a moment later.
        package var job: Job

        /// Takes each field as it is.
        package init(job: Job) {
            self.job = job
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            job = try reader.read("job")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(job)
        }
    }
}

/// Which jobs are there? The newest first.
package struct ListJobs: WireRequest, Equatable {
    /// See the registry.
    package static let kind = MessageKind(.common, 0x05)
    /// Released; never changes.
    package static let schema: UInt8 = 1

    /// Most jobs in the reply, 1 to 1,000.
    package var limit: UInt32

    /// Takes each field as it is.
    package init(limit: UInt32) {
        self.limit = limit
    }

    /// Reads the fields in their order.
    package init(from reader: inout FrameReader) throws(WireError) {
        limit = try reader.read("limit")
    }

    /// Writes the fields in their order.
    package func encode(into writer: inout FrameWriter) {
        writer.write(limit)
    }

    /// What `ListJobs` is answered with.
    package struct Reply: WireBody, Equatable {
        /// Released; never changes.
        package static let schema: UInt8 = 1

        /// The newest first.
        package var jobs: [Job]

        /// Takes each field as it is.
        package init(jobs: [Job]) {
            self.jobs = jobs
        }

        /// Reads the fields in their order.
        package init(from reader: inout FrameReader) throws(WireError) {
            jobs = try reader.read("jobs")
        }

        /// Writes the fields in their order.
        package func encode(into writer: inout FrameWriter) {
            writer.write(jobs)
        }
    }
}
