using Xunit;
using static PhiGateway.Tests.Gateway.Configuration.ConfigurationFixture;

namespace PhiGateway.Tests.Gateway.Configuration;

/// <summary>What an operator may get wrong about shared signals is said at the start.</summary>
public sealed class SignalConfigurationTests
{
    private const string Signals = "PhiGateway:Signals:";
    private const string One = Signals + "Transmitters:0:";

    private static readonly (string Key, string? Value)[] Good =
    [
        (Signals + "Listener", "http://127.0.0.1:8085"),
        (One + "Name", "okta"),
        (One + "Issuer", "https://signals.hospital.example"),
        (One + "Audience", "https://gw.hospital.example/signals/okta"),
        (One + "TokenIssuers:0", "hospital-idp"),
        (One + "PollEndpoint", "https://signals.hospital.example/poll"),
        (One + "VerificationEndpoint", "https://signals.hospital.example/verify"),
        (One + "StreamId", "stream-1"),
    ];

    [Fact]
    public void Read_AGoodTransmitter_HasNoProblem() => Assert.Empty(Problems(Good));

    [Theory]
    [InlineData(Signals + "Listener", "http://127.0.0.1:8080", Signals + "Listener")]
    [InlineData(Signals + "Listener", "http://0.0.0.0:8085", Signals + "Listener")]
    [InlineData(One + "Name", null, One + "Name")]
    [InlineData(One + "Name", "Okta/x", One + "Name")]
    [InlineData(One + "Issuer", null, One + "Issuer")]
    [InlineData(One + "Issuer", "http://signals.hospital.example", One + "Issuer")]
    [InlineData(One + "Issuer", "https://169.254.169.254", One + "Issuer")]
    [InlineData(One + "Audience", null, One + "Audience")]
    [InlineData(One + "Algorithms:0", "HS256", One + "Algorithms")]
    [InlineData(One + "Algorithms:0", "none", One + "Algorithms")]
    [InlineData(One + "TokenIssuers:0", null, One + "TokenIssuers")]
    [InlineData(One + "TokenIssuers:0", "another-idp", One + "TokenIssuers")]
    [InlineData(One + "PushSecret", "in-the-open", One + "PushSecret")]
    [InlineData(One + "PollSecret", "env:NOT_SET_ANYWHERE", One + "PollSecret")]
    [InlineData(One + "PollEndpoint", "http://signals.hospital.example/poll", One + "PollEndpoint")]
    [InlineData(One + "PollEndpoint", "https://169.254.169.254/poll", One + "PollEndpoint")]
    [InlineData(One + "PollPause", "00:00:00", One + "PollPause")]
    [InlineData(One + "VerificationEndpoint", "http://signals.hospital.example/verify", One + "VerificationEndpoint")]
    [InlineData(One + "VerificationEndpoint", "https://169.254.169.254/verify", One + "VerificationEndpoint")]
    [InlineData(One + "VerificationEndpoint", null, One + "StreamId")]
    [InlineData(One + "StreamId", null, One + "StreamId")]
    [InlineData(One + "StreamId", "", One + "StreamId")]
    [InlineData(One + "VerificationSecret", "in-the-open", One + "VerificationSecret")]
    [InlineData(One + "VerifyEvery", "00:00:59", One + "VerifyEvery")]
    [InlineData(One + "VerifyEvery", "1.00:00:01", One + "VerifyEvery")]
    [InlineData(One + "MaxAge", "8.00:00:00", One + "MaxAge")]
    [InlineData(One + "MostPerHour", "0", One + "MostPerHour")]
    [InlineData(One + "ActAtRisk", "LOW", One + "ActAtRisk")]
    [InlineData(One + "Secret", "a", One + "Secret")]
    public void Read_AnythingElse_IsAProblemAtItsKey(string key, string? value, string expected) =>
        Assert.Contains(Problems([.. Good, (key, value)]), problem => problem.Key == expected);

    [Fact]
    public void Read_TwoOfOneName_IsAProblem() =>
        Assert.Contains(
            Problems([
                .. Good,
                .. Good.Skip(1).Select(static pair => (pair.Key.Replace(":0:", ":1:", StringComparison.Ordinal), pair.Value)),
            ]),
            static problem => problem.Key == Signals + "Transmitters:1:Name"
        );
}
