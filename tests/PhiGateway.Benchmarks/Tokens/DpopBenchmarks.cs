using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Identity.Proofs;

namespace PhiGateway.Benchmarks.Tokens;

/// <summary>All checks of a DPoP proof (ES256) of a client that has called before, against the bare signature check.</summary>
[MemoryDiagnoser]
public class DpopBenchmarks
{
    private const string Origin = "https://gw.hospital.example";
    private const int Proofs = 4096;

    private readonly string[] _proofs = new string[Proofs];
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private DpopChecker _checker = null!;
    private BoundKey _bound = null!;
    private DefaultHttpContext _context = null!;
    private byte[] _data = [];
    private byte[] _signature = [];
    private int _next;

    [GlobalSetup]
    public void Setup()
    {
        var point = _key.ExportParameters(false).Q;
        var (x, y) = (Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
        var jwk = $$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}""";
        var header = Encode($$"""{"typ":"dpop+jwt","alg":"ES256","jwk":{{jwk}}}""");
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        for (var i = 0; i < Proofs; i++)
        {
            var claims = $$"""{"jti":"{{Guid.NewGuid()}}","htm":"GET","htu":"{{Origin}}/fhir/Observation","iat":{{now}},"ath":"hash"}""";
            var input = $"{header}.{Encode(claims)}";
            _data = Encoding.ASCII.GetBytes(input);
            _signature = _key.SignData(_data, HashAlgorithmName.SHA256);
            _proofs[i] = $"{input}.{Base64Url.EncodeToString(_signature)}";
        }

        _bound = new BoundKey(SHA256.HashData(Encoding.ASCII.GetBytes(jwk)), "hash");
        _context = new DefaultHttpContext();
        _context.Request.Method = "GET";
        _context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "/fhir/Observation?patient=1";
        Forget();
    }

    [GlobalCleanup]
    public void Cleanup() => _key.Dispose();

    [Benchmark(Baseline = true)]
    public bool SignatureCheck() => _key.VerifyData(_data, _signature, HashAlgorithmName.SHA256);

    [Benchmark]
    public bool AllChecks()
    {
        if (_next == Proofs)
        {
            Forget();
        }

        _context.Request.Headers["DPoP"] = _proofs[_next++];
        var check = _checker.CheckAsync(_context, Origin, _bound);
        return check.IsCompletedSuccessfully && check.Result.Key.TryGet(out _, out _)
            ? true
            : throw new InvalidOperationException("The benchmark's proof is not accepted.");
    }

    // A proof counts once; now and then a new memory takes them all again. The proofs are old by then: any age is accepted here.
    private void Forget()
    {
        _next = 0;
        _bound = new BoundKey(_bound.Thumbprint, "hash");
        _checker = new DpopChecker(
            new DpopOptions { MaxAge = TimeSpan.FromDays(1) },
            new NonceKeeper(TimeProvider.System),
            new SeenProofs(TimeProvider.System, TimeSpan.FromDays(2)),
            null,
            TimeProvider.System,
            NullLogger<DpopChecker>.Instance
        );
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
