internal import CNNG

/// Mutual TLS: both ends show a certificate of the same authority, and the dialer checks the server's name.
enum NNGSecurity {
    /// Makes nng's description of the identity and hands it to an endpoint, which takes a share of it.
    ///
    /// - Throws: `refused` when there is no identity, or a file is missing or no certificate.
    static func apply(
        _ identity: TLSIdentity?,
        to endpoint: NNGSocket.Endpoint,
        at address: Address
    ) throws(MessagingError) {
        guard let identity else {
            throw MessagingError(.refused, "a tls+tcp address needs an authority and a certificate")
        }
        var configuration: OpaquePointer?
        let mode =
            switch endpoint {
            case .dialer: NNG_TLS_MODE_CLIENT
            case .listener: NNG_TLS_MODE_SERVER
            }
        try NNGFailure.check(unsafe nng_tls_config_alloc(&configuration, mode), "nng_tls_config_alloc")
        guard let configuration = unsafe configuration else { throw MessagingError(.other, "no TLS") }
        defer { unsafe nng_tls_config_free(configuration) }

        try NNGFailure.check(
            unsafe nng_tls_config_ca_file(configuration, identity.authorityFile),
            "TLS authority file"
        )
        try NNGFailure.check(
            unsafe nng_tls_config_cert_key_file(configuration, identity.certificateFile, nil),
            "TLS certificate and key file"
        )
        // nng trap 19: on both ends, or a stranger may dial; without a name any certificate of the authority
        // would do.
        try NNGFailure.check(
            unsafe nng_tls_config_auth_mode(configuration, NNG_TLS_AUTH_MODE_REQUIRED),
            "TLS authentication"
        )
        let pointer = unsafe UnsafeMutableRawPointer(configuration)
        switch endpoint {
        case .dialer(let dialer):
            try NNGFailure.check(
                unsafe nng_tls_config_server_name(configuration, identity.serverName ?? address.host ?? ""),
                "TLS server name"
            )
            try NNGFailure.check(
                unsafe nng_dialer_set_ptr(dialer, NNG_OPT_TLS_CONFIG, pointer),
                "TLS configuration"
            )
        case .listener(let listener):
            try NNGFailure.check(
                unsafe nng_listener_set_ptr(listener, NNG_OPT_TLS_CONFIG, pointer),
                "TLS configuration"
            )
        }
    }
}
