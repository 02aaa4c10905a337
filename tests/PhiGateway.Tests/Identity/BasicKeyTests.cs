using System.Security.Cryptography;
using System.Text;
using PhiGateway.Fhir.Scopes;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Identity;

/// <summary>A key with a user name comes as the password of HTTP Basic, under that name and in no other way.</summary>
public sealed class BasicKeyTests
{
    private const string Key = "phik_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    [Fact]
    public void ReadBasic_UnderItsName_IsTheClientByItsKey()
    {
        var caller = Reader("lab analyzer").ReadBasic(Basic("lab analyzer", Key))!.Value.Caller;

        Assert.Equal((CredentialIdentity.ApiKey, ProofBinding.ApiKey), (caller!.Issuer, caller.Binding));
        Assert.NotNull(
            Reader("lab analyzer")
                .ReadBasic(Basic("lab analyzer", Key).Replace("Basic ", "bAsIc  ", StringComparison.Ordinal))!
                .Value.Caller
        );
    }

    [Theory]
    [InlineData("lab analyzer", "Lab Analyzer", Key)]
    [InlineData("lab analyzer", "", Key)]
    [InlineData("lab analyzer", "lab analyzer", "phik_BBECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")]
    [InlineData("lab analyzer", "lab analyzer", "password")]
    [InlineData("lab analyzer", "lab analyzer", Key + "A")]
    [InlineData(null, "lab analyzer", Key)]
    [InlineData(null, "", Key)]
    public void ReadBasic_UnderAnotherNameOrWithAnotherSecret_IsRefused(string? registered, string user, string password) =>
        Assert.NotNull(Reader(registered).ReadBasic(Basic(user, password))!.Value.Refusal);

    [Theory]
    [InlineData("Basic ")]
    [InlineData("Basic ====")]
    [InlineData("Basic bm9jb2xvbg==")]
    [InlineData("Basic w6Q6w6Q=")]
    public void ReadBasic_WhatIsNoNameAndPassword_IsMalformed(string header) =>
        Assert.Equal(DenyReason.MalformedCredential, Reader("lab").ReadBasic(header)!.Value.Refusal);

    [Fact]
    public void ReadBasic_WhereNobodyTakesIt_IsNoCredential()
    {
        Assert.Null(Reader("lab", takesBasic: false).ReadBasic(Basic("lab", Key)));
        Assert.Null(Reader("lab").ReadBasic("Bearer " + Key));
        Assert.Null(Reader("lab").ReadBasic(new([Basic("lab", Key), Basic("lab", Key)])));
    }

    [Fact]
    public void Read_AKeyWithANameAsABearerToken_IsRefused_AndOneWithoutPasses()
    {
        Assert.Equal(DenyReason.InvalidToken, Reader("lab").Read(Key, isDpop: false).Refusal);
        Assert.NotNull(Reader(null).Read(Key, isDpop: false).Caller);
    }

    private static string Basic(string user, string password) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));

    private static ApiKeyReader Reader(string? user, bool takesBasic = true)
    {
        var key = new Credential
        {
            Id = "analyzer-key",
            Client = "connector",
            Kind = CredentialKind.ApiKey,
            KeyHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(Key))),
            BasicUser = user,
            Created = new DateOnly(2026, 1, 1),
            Expires = new DateOnly(2026, 12, 31),
        };
        var snapshot = TestRegistry.Build([.. TestRegistry.Open(), key]);
        return new ApiKeyReader(new One(snapshot), "production", SmartScopeReader.Read("system/*.cruds"), takesBasic);
    }

    private sealed record One(RegistrySnapshot Current) : ISnapshotSource;
}
