using System.Security.Cryptography;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using PhiGateway.Fhir.Scopes;
using PhiGateway.Identity;
using PhiGateway.Identity.Issuers;
using PhiGateway.Identity.Tokens;

namespace PhiGateway.Benchmarks.Tokens;

/// <summary>A token that was validated before, against the signature check that it spares.</summary>
[MemoryDiagnoser]
public class TokenCacheBenchmarks
{
    private readonly string _keys = Path.GetTempFileName();
    private ServiceProvider _services = null!;
    private ICallerAuthenticator _authenticator = null!;
    private DefaultHttpContext _context = null!;
    private JsonWebTokenHandler _handler = null!;
    private TokenValidationParameters _parameters = null!;
    private string _token = string.Empty;

    [GlobalSetup]
    public void Setup()
    {
        using var rsa = RSA.Create(2048);
        var key = rsa.ExportParameters(true);
        File.WriteAllText(
            _keys,
            JsonSerializer.Serialize(
                new
                {
                    keys = new[]
                    {
                        new
                        {
                            kty = "RSA",
                            alg = "RS256",
                            use = "sig",
                            kid = "k",
                            n = Base64UrlEncoder.Encode(key.Modulus),
                            e = Base64UrlEncoder.Encode(key.Exponent),
                        },
                    },
                }
            )
        );
        var signing = new RsaSecurityKey(key) { KeyId = "k" };
        var now = DateTime.UtcNow;
        _token = new JsonWebTokenHandler().CreateToken(
            new SecurityTokenDescriptor
            {
                TokenType = "at+jwt",
                Issuer = "http://127.0.0.1/idp",
                Audience = "aud",
                IssuedAt = now,
                NotBefore = now,
                Expires = now.AddHours(5),
                Claims = new Dictionary<string, object>
                {
                    ["sub"] = "c",
                    ["client_id"] = "c",
                    ["jti"] = "j",
                    ["scope"] = "system/*.rs",
                },
                SigningCredentials = new SigningCredentials(signing, SecurityAlgorithms.RsaSha256),
            }
        );
        _services = new ServiceCollection()
            .AddLogging(static logging => logging.ClearProviders())
            .AddPhiGatewayIdentity(
                [
                    new IssuerOptions
                    {
                        Name = "idp",
                        Issuer = "http://127.0.0.1/idp",
                        Audience = "aud",
                        Algorithms = ["RS256"],
                        Environment = "e",
                        Jwks = _keys,
                        MaxTokenLifetime = TimeSpan.FromHours(6),
                        Claims = new IssuerClaimOptions { Purpose = "registry" },
                    },
                ],
                SmartScopeReader.Read
            )
            .BuildServiceProvider();
        _authenticator = _services.GetRequiredService<ICallerAuthenticator>();
        using var scope = _services.CreateScope();
        _context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        _context.Request.Headers.Authorization = "Bearer " + _token;
        if (_authenticator.AuthenticateAsync(_context).AsTask().GetAwaiter().GetResult().Caller is null)
        {
            throw new InvalidOperationException("The benchmark's token is not accepted.");
        }

        _handler = new JsonWebTokenHandler();
        _parameters = new TokenValidationParameters
        {
            ValidIssuer = "http://127.0.0.1/idp",
            ValidAudience = "aud",
            ValidAlgorithms = ["RS256"],
            IssuerSigningKey = signing,
        };
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _services.Dispose();
        File.Delete(_keys);
    }

    [Benchmark(Baseline = true)]
    public bool CacheHit() => _authenticator.AuthenticateAsync(_context).AsTask().GetAwaiter().GetResult().Caller is not null;

    [Benchmark]
    public bool SignatureCheck() => _handler.ValidateTokenAsync(_token, _parameters).GetAwaiter().GetResult().IsValid;
}
