using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Identity;

/// <summary>Whose token a request carries is known before it is read, and knowing it takes nothing away from the call itself.</summary>
public sealed class RecogniseTests : IDisposable
{
    private const string Uri = "https://gw.hospital.example/fhir/Observation";

    private readonly SharedUses _shared = new();
    private readonly IdentityHost _host;
    private readonly SigningKey _key = SigningKey.Es256("client");

    public RecogniseTests() => _host = IdentityHost.Node(_shared);

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Recognise_ATokenThatIsTaken_IsItsCallerAlsoFromTheCache()
    {
        var authorization = "Bearer " + _host.Recipe().Sign();

        Assert.Equal("lab", (await RecogniseAsync(authorization))?.ClientId);
        Assert.Equal(1, _host.Cache.Count);
        Assert.Equal("lab", (await RecogniseAsync(authorization))?.ClientId);
    }

    [Fact]
    public async Task Recognise_WhateverIsNotTaken_IsNobody()
    {
        foreach (
            var authorization in new[]
            {
                string.Empty,
                "Basic bGFiOnNlY3JldA==",
                "Bearer nonsense",
                "Bearer phik_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
                "Bearer " + _host.Recipe().SignWith(SigningKey.Es256("k1")),
                "Bearer " + _host.Recipe().Set("exp", 1).Sign(),
                "DPoP " + _host.Recipe().Sign(),
            }
        )
        {
            Assert.Null(await RecogniseAsync(authorization));
        }

        Assert.NotNull(await RecogniseAsync("Bearer " + _host.Recipe().Sign()));
    }

    [Fact]
    public async Task Recognise_ATokenBoundToAKey_LeavesItsProofForTheCall()
    {
        var token = _host.Recipe().Set("cnf", new JsonObject { ["jkt"] = ProofRecipe.ThumbprintOf(_key) }).Sign();
        var request = _host.Request("DPoP " + token);
        request.Request.Method = "GET";
        request.Request.Scheme = "https";
        request.Request.Host = new HostString("gw.hospital.example");
        request.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "/fhir/Observation";
        request.Request.Headers["DPoP"] = new ProofRecipe(_key, token, "GET", Uri, _host.Clock.GetUtcNow()).Sign();

        Assert.Equal("lab", (await _host.Authenticator.RecogniseAsync(request))?.ClientId);
        Assert.Equal(0, _shared.Count);
        Assert.Null((await _host.Authenticator.AuthenticateAsync(request)).Refusal);
        Assert.Equal(1, _shared.Count);
        Assert.Null(await RecogniseAsync("Bearer " + token));
    }

    [Fact]
    public async Task Recognise_ATokenBoundToACertificate_NeedsTheVeryOne()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=client", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch.AddYears(100)
        );
        var hash = Base64Url.EncodeToString(SHA256.HashData(certificate.RawData));
        var request = _host.Request("Bearer " + _host.Recipe().Set("cnf", new JsonObject { ["x5t#S256"] = hash }).Sign());

        Assert.Null(await _host.Authenticator.RecogniseAsync(request));
        request.Connection.ClientCertificate = certificate;
        Assert.NotNull(await _host.Authenticator.RecogniseAsync(request));
    }

    private ValueTask<PhiGateway.Policy.Decisions.Caller?> RecogniseAsync(string authorization) =>
        _host.Authenticator.RecogniseAsync(_host.Request(authorization));
}
