using Confluent.Kafka;
using PhiGateway.Sinks.Configuration;
using PhiGateway.Sinks.Formats;

namespace PhiGateway.Sinks.Kafka;

/// <summary>Turns an operator's words into the client library's settings; asked once by <see cref="KafkaSink"/>.</summary>
/// <remarks>
/// Security: nothing here is the library's default that could be turned against the receiver or us: certificates are verified, names are
/// compared, topics are not made, and every replica that counts has a record before it counts as taken.
/// </remarks>
internal static class KafkaSettings
{
    /// <param name="options">As configured and validated.</param>
    /// <param name="password">Of <see cref="SinkOptions.User"/>; null: the node does not sign in.</param>
    public static ProducerConfig Of(SinkOptions options, string? password)
    {
        var isSafe = options.Address!.StartsWith("tls:", StringComparison.Ordinal);
        var signsIn = options.User is not null && password is not null;
        var config = new ProducerConfig
        {
            BootstrapServers = string.Join(',', KafkaAddress.Read(options.Address).Select(KafkaAddress.Text)),
            ClientId = ProductName.App,
            SecurityProtocol = ProtocolOf(isSafe, signsIn),
            Acks = Acks.All,
            EnableIdempotence = true,
            AllowAutoCreateTopics = false,
            MessageTimeoutMs = (int)options.Timeout.TotalMilliseconds,
            SocketConnectionSetupTimeoutMs = (int)options.Timeout.TotalMilliseconds,
            SocketKeepaliveEnable = true,
            LingerMs = 5,
        };
        if (isSafe)
        {
            config.EnableSslCertificateVerification = true;
            config.SslEndpointIdentificationAlgorithm = SslEndpointIdentificationAlgorithm.Https;
            config.SslCaLocation = options.CaFile ?? "probe";
            config.SslCertificateLocation = options.CertificateFile;
            config.SslKeyLocation = options.CertificateKeyFile;
        }

        if (signsIn)
        {
            config.SaslMechanism = MechanismOf(options.SaslMechanism);
            config.SaslUsername = options.User;
            config.SaslPassword = password;
        }

        return config;
    }

    private static SecurityProtocol ProtocolOf(bool isSafe, bool signsIn) =>
        (isSafe, signsIn) switch
        {
            (true, true) => SecurityProtocol.SaslSsl,
            (true, false) => SecurityProtocol.Ssl,
            (false, true) => SecurityProtocol.SaslPlaintext,
            (false, false) => SecurityProtocol.Plaintext,
        };

    private static SaslMechanism MechanismOf(string name) =>
        name switch
        {
            "SCRAM-SHA-512" => SaslMechanism.ScramSha512,
            "SCRAM-SHA-256" => SaslMechanism.ScramSha256,
            "PLAIN" => SaslMechanism.Plain,
            _ => throw new ArgumentException("There is no such mechanism.", nameof(name)),
        };
}
