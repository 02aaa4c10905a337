using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Identity;

public sealed class TokenBindingTests : IDisposable
{
    private readonly IdentityHost _host = new();
    private readonly X509Certificate2 _certificate = Certificate();

    public void Dispose()
    {
        _host.Dispose();
        _certificate.Dispose();
    }

    [Fact]
    public async Task Authenticate_BoundTokenWithItsCertificate_ProvesMtlsOnEveryCall()
    {
        var token = BoundToken();

        for (var call = 0; call < 2; call++)
        {
            var result = await CallAsync(token, _certificate);

            Assert.Null(result.Refusal);
            Assert.Equal(ProofBinding.Mtls, result.Caller!.Binding);
        }
    }

    [Fact]
    public async Task Authenticate_BoundTokenFromTheCacheWithoutItsCertificate_RefusesBindingFailed()
    {
        using var other = Certificate();
        var token = BoundToken();
        Assert.NotNull((await CallAsync(token, _certificate)).Caller);

        Assert.Same(DenyReason.BindingFailed, (await CallAsync(token, null)).Refusal);
        Assert.Same(DenyReason.BindingFailed, (await CallAsync(token, other)).Refusal);
        Assert.NotNull((await CallAsync(token, _certificate)).Caller);
    }

    [Fact]
    public async Task Authenticate_BoundTokenFirstSeenWithoutItsCertificate_RefusesBindingFailed() =>
        Assert.Same(DenyReason.BindingFailed, (await CallAsync(BoundToken(), null)).Refusal);

    [Theory]
    [InlineData("""{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}""")]
    [InlineData("""{"kid":"x"}""")]
    public async Task Authenticate_TokenBoundInAnotherWayUnderBearer_RefusesBindingFailed(string confirmation) =>
        Assert.Same(DenyReason.BindingFailed, (await _host.BearerAsync(_host.Recipe().Set("cnf", JsonNode.Parse(confirmation)))).Refusal);

    [Fact]
    public async Task Authenticate_UnboundTokenOverMtls_ProvesNoBinding()
    {
        var result = await CallAsync(_host.Recipe().Sign(), _certificate);

        Assert.Equal(ProofBinding.None, result.Caller!.Binding);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=client", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch.AddYears(100)
        );
    }

    private string BoundToken() =>
        _host.Recipe().Set("cnf", new JsonObject { ["x5t#S256"] = Base64Url.EncodeToString(SHA256.HashData(_certificate.RawData)) }).Sign();

    private async Task<PhiGateway.Identity.Tokens.CallerResult> CallAsync(string token, X509Certificate2? certificate)
    {
        var context = _host.Request("Bearer " + token);
        context.Connection.ClientCertificate = certificate;
        return await _host.Authenticator.AuthenticateAsync(context);
    }
}
