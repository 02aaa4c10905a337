using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PhiGateway.Identity;
using PhiGateway.Identity.Tokens;
using PhiGateway.Identity.Workloads;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Identity;

/// <summary>A workload is who the authorities of its own trust domain say, by a certificate that can be read in one way and signs nobody else.</summary>
public sealed class SvidReaderTests : IDisposable
{
    private const string Feed = "spiffe://hospital.example/lab/feed";

    private readonly string _bundle = Path.GetTempFileName();
    private readonly AdjustableClock _clock = new();
    private readonly X509Certificate2 _authority = WorkloadCertificates.Authority("hospital");
    private readonly X509Certificate2 _stranger = WorkloadCertificates.Authority("hospital");

    public SvidReaderTests() => File.WriteAllText(_bundle, _authority.ExportCertificatePem());

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
        File.Delete(_bundle);
    }

    public static TheoryData<string[]> NoIds =>
        new(
            (string[][])
                [
                    ["spiffe://hospital.example"],
                    ["spiffe://hospital.example/"],
                    ["spiffe://hospital.example/lab//feed"],
                    ["spiffe://hospital.example/lab/../feed"],
                    ["spiffe://hospital.example/lab/feed/"],
                    ["spiffe://hospital.example/lab%2Ffeed"],
                    ["spiffe://hospital.example/lab/feed?x=1"],
                    ["spiffe://hospital.example/lab/feed#x"],
                    ["spiffe://Hospital.example/lab/feed"],
                    ["SPIFFE://hospital.example/lab/feed"],
                    ["spiffe://hospital.example:8443/lab/feed"],
                    ["spiffe://me@hospital.example/lab/feed"],
                    [Feed, "spiffe://hospital.example/lab/other"],
                    [Feed, "https://hospital.example/lab"],
                    [Feed, Feed],
                ]
        );

    [Fact]
    public void Read_WorkloadOfTheDomain_IsItsIdForAsLongAsItsCertificate()
    {
        using var svid = WorkloadCertificates.Workload(_authority, [Feed]);

        var caller = Caller(Reader().Read(svid));

        Assert.Equal((CredentialIdentity.Spiffe, Feed, ProofBinding.Mtls), (caller.Issuer, caller.ClientId, caller.Binding));
        Assert.Equal(Convert.ToHexStringLower(svid.GetCertHash(HashAlgorithmName.SHA256)), caller.CertificateHash);
        Assert.Equal(new DateTimeOffset(2026, 5, 1, 13, 0, 0, TimeSpan.Zero), caller.ExpiresAt);
        Assert.True(caller.PurposeFromRegistry);
    }

    [Theory]
    [MemberData(nameof(NoIds))]
    public void Read_NotExactlyOneIdOfAWorkload_IsRefused(string[] uris)
    {
        using var svid = WorkloadCertificates.Workload(_authority, uris);

        Assert.Equal((DenyReason.InvalidToken, "svid:id"), Refusal(Reader().Read(svid)));
    }

    [Fact]
    public void Read_OfAnotherDomain_IsRefused()
    {
        using var svid = WorkloadCertificates.Workload(_authority, ["spiffe://other.example/lab/feed"]);

        Assert.Equal((DenyReason.InvalidToken, "svid:trust-domain"), Refusal(Reader().Read(svid)));
    }

    [Fact]
    public void Read_SignedByAStrangerOfTheSameName_IsRefused()
    {
        using var svid = WorkloadCertificates.Workload(_stranger, [Feed]);

        Assert.Equal((DenyReason.InvalidToken, "svid:chain"), Refusal(Reader().Read(svid)));
    }

    [Fact]
    public void Read_ByTheAuthorityOfAnotherDomain_IsRefused()
    {
        var other = Path.GetTempFileName();
        File.WriteAllText(other, _stranger.ExportCertificatePem());
        var reader = Reader(new TrustDomainOptions { Name = "other.example", Bundle = other });
        using var crossed = WorkloadCertificates.Workload(_stranger, [Feed]);
        using var own = WorkloadCertificates.Workload(_stranger, ["spiffe://other.example/lab/feed"]);

        Assert.Equal((DenyReason.InvalidToken, "svid:chain"), Refusal(reader.Read(crossed)));
        Assert.Equal("spiffe://other.example/lab/feed", Caller(reader.Read(own)).ClientId);
        File.Delete(other);
    }

    [Theory]
    [InlineData(X509KeyUsageFlags.DigitalSignature, false, false)]
    [InlineData(X509KeyUsageFlags.KeyEncipherment, true, false)]
    [InlineData(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign, true, false)]
    [InlineData(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.CrlSign, true, false)]
    [InlineData(X509KeyUsageFlags.None, true, false)]
    [InlineData(X509KeyUsageFlags.DigitalSignature, true, true)]
    public void Read_OneThatMaySignOthersOrHasNoUsage_IsRefused(X509KeyUsageFlags usage, bool critical, bool isAuthority)
    {
        using var svid = WorkloadCertificates.Workload(
            _authority,
            [Feed],
            request =>
            {
                if (usage != X509KeyUsageFlags.None)
                {
                    request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, critical));
                }

                if (isAuthority)
                {
                    request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
                }
            }
        );

        Assert.Equal((DenyReason.InvalidToken, "svid:usage"), Refusal(Reader().Read(svid)));
    }

    [Theory]
    [InlineData("1.3.6.1.5.5.7.3.2", true)]
    [InlineData("1.3.6.1.5.5.7.3.1", false)]
    public void Read_ExtendedUsage_IncludesThatOfClients(string usage, bool passes)
    {
        using var svid = WorkloadCertificates.Workload(
            _authority,
            [Feed],
            request =>
            {
                request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
                request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
            }
        );

        Assert.Equal(passes, Reader().Read(svid).TryGet(out _, out _));
    }

    [Theory]
    [InlineData(24 * 7, true)]
    [InlineData((24 * 7) + 1, false)]
    public void Read_OneThatLivesLong_IsRefused(int hours, bool passes)
    {
        using var svid = WorkloadCertificates.Workload(_authority, [Feed], hours: hours);

        var reading = Reader().Read(svid);

        Assert.Equal(passes, reading.TryGet(out _, out _));
        Assert.True(passes || Refusal(reading) == (DenyReason.TokenLifetimeTooLong, "svid:life"));
    }

    [Fact]
    public void Read_PastItsEnd_IsRefusedAlsoWhereItWasKnown()
    {
        using var svid = WorkloadCertificates.Workload(_authority, [Feed], hours: 1.05);
        var reader = Reader();
        _ = Caller(reader.Read(svid));

        _clock.Advance(TimeSpan.FromMinutes(4));

        Assert.Equal((DenyReason.InvalidToken, "svid:chain"), Refusal(reader.Read(svid)));
    }

    [Fact]
    public void Read_AuthoritiesExchanged_CountFromThenOn()
    {
        using var old = WorkloadCertificates.Workload(_authority, [Feed]);
        using var fresh = WorkloadCertificates.Workload(_stranger, [Feed]);
        var reader = Reader();
        _ = Caller(reader.Read(old));

        File.WriteAllText(_bundle, "no bundle");
        _clock.Advance(TimeSpan.FromSeconds(5));
        _ = Caller(reader.Read(old));
        File.WriteAllText(_bundle, _stranger.ExportCertificatePem());
        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal((DenyReason.InvalidToken, "svid:chain"), Refusal(reader.Read(old)));
        _ = Caller(reader.Read(fresh));
    }

    [Fact]
    public void Read_OneThatNobodyVouchesFor_IsLookedAtAgainAfterAWhile()
    {
        // The same authority, which says of itself that it is one from 12:00:05 on.
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=coming", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        var (from, end) = (_clock.GetUtcNow().AddSeconds(5), _clock.GetUtcNow().AddYears(1));
        using var always = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, end);
        using var coming = request.CreateSelfSigned(from, end);
        File.WriteAllText(_bundle, coming.ExportCertificatePem());
        using var svid = WorkloadCertificates.Workload(always, [Feed]);
        var reader = Reader();
        Assert.Equal((DenyReason.InvalidToken, "svid:chain"), Refusal(reader.Read(svid)));

        _clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal((DenyReason.InvalidToken, "svid:chain"), Refusal(reader.Read(svid)));

        _clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(Feed, Caller(reader.Read(svid)).ClientId);
    }

    [Fact]
    public void Read_OneThatNobodyVouchedFor_IsGoodAsSoonAsABundleSaysSo()
    {
        using var svid = WorkloadCertificates.Workload(_stranger, [Feed]);
        var reader = Reader();
        Assert.Equal((DenyReason.InvalidToken, "svid:chain"), Refusal(reader.Read(svid)));

        File.WriteAllText(_bundle, _stranger.ExportCertificatePem());
        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(Feed, Caller(reader.Read(svid)).ClientId);
    }

    [Fact]
    public void Read_BundleInJson_IsTheSame()
    {
        var first = Convert.ToBase64String(_authority.RawData);
        var jwt = $$"""{"keys":[{"use":"jwt-svid","kid":"a"},{"use":"x509-svid","x5c":["{{first}}"]}]}""";
        File.WriteAllText(_bundle, jwt);
        using var svid = WorkloadCertificates.Workload(_authority, [Feed]);

        Assert.Equal(Feed, Caller(Reader().Read(svid)).ClientId);
    }

    [Fact]
    public void Read_NoCertificateOrOneOfNoWorkload_IsNoCredential()
    {
        using var other = WorkloadCertificates.Workload(_authority, ["https://hospital.example/lab"]);

        Assert.Equal(DenyReason.NoCredential, Refusal(Reader().Read(null)).Reason);
        Assert.Equal(DenyReason.NoCredential, Refusal(Reader().Read(other)).Reason);
    }

    [Fact]
    public async Task Authenticate_OverARealHandshake_IsTheWorkloadOnlyWithoutAHeader()
    {
        await using var app = await ListenAsync();
        using var svid = WorkloadCertificates.Workload(_authority, [Feed]);
        using var stranger = WorkloadCertificates.Workload(_stranger, [Feed]);

        Assert.Equal(Feed, await AskAsync(app, svid));
        Assert.Equal("invalid-token", await AskAsync(app, stranger));
        Assert.Equal("no-credential", await AskAsync(app, null));
        Assert.Equal("no-credential", await AskAsync(app, svid, "Basic YTpi"));
        Assert.Equal("no-credential", await AskAsync(app, svid, null, "https://page.example"));
        Assert.Equal("unknown-issuer", await AskAsync(app, svid, "Bearer eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJ4In0.AAAA"));
    }

    private static async Task<string> AskAsync(
        WebApplication app,
        X509Certificate2? certificate,
        string? authorization = null,
        string? origin = null
    )
    {
#pragma warning disable CA5359 // The server is the test's own.
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = static (_, _, _, _) => true };
#pragma warning restore CA5359
        if (certificate is not null)
        {
            handler.ClientCertificates.Add(certificate);
        }

        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, app.Urls.Single());
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        if (origin is not null)
        {
            request.Headers.TryAddWithoutValidation("Origin", origin);
        }

        using var response = await client.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }

    private async Task<WebApplication> ListenAsync()
    {
        using var made = WorkloadCertificates.Workload(_authority, ["https://gw.example"]);
        var own = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(
                IPAddress.Loopback,
                0,
                listen =>
                    listen.UseHttps(https =>
                    {
                        https.ServerCertificate = own;
                        https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                        https.AllowAnyClientCertificate();
                    })
            )
        );
        builder.Services.AddSingleton<TimeProvider>(_clock);
        var keys = SigningKey.Es256("k1");
        var file = _bundle + ".jwks";
        await File.WriteAllTextAsync(file, SigningKey.Jwks([keys]));
        builder.Services.AddPhiGatewayIdentity(
            [
                new()
                {
                    Name = "idp",
                    Issuer = "https://idp.example",
                    Audience = "https://gw.example/fhir",
                    Algorithms = ["ES256"],
                    Environment = "production",
                    Jwks = file,
                },
            ],
            static _ => ScopeSet.Empty,
            workloads: (Options(), "production")
        );
        var app = builder.Build();
        app.Run(async http =>
        {
            var result = await http.RequestServices.GetRequiredService<ICallerAuthenticator>().AuthenticateAsync(http);
            await http.Response.WriteAsync(result.Caller?.ClientId ?? result.Refusal!.Code);
        });
        await app.StartAsync();
        return app;
    }

    private static Caller Caller(Reading<Caller> reading)
    {
        Assert.True(reading.TryGet(out var caller, out _), reading.Detail);
        return caller;
    }

    private static (DenyReason? Reason, string? Detail) Refusal(Reading<Caller> reading) =>
        (reading.TryGet(out _, out var refusal) ? null : refusal, reading.Detail);

    private SpiffeOptions Options(params TrustDomainOptions[] more) =>
        new() { TrustDomains = [new TrustDomainOptions { Name = "hospital.example", Bundle = _bundle }, .. more] };

    private SvidReader Reader(params TrustDomainOptions[] more) =>
        new(new TrustDomains(Options(more), _clock), "production", ScopeSet.Empty, _clock);
}
