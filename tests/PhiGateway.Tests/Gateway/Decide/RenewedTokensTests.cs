using System.Net;
using PhiGateway.Gateway.Decide;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Decisions;
using Xunit;

namespace PhiGateway.Tests.Gateway.Decide;

/// <summary>A token is another one renewed when it says the same for longer; whatever else differs makes it another token.</summary>
public sealed class RenewedTokensTests
{
    private static readonly Caller First = Asked.Caller() with
    {
        Subject = "nurse",
        AuthenticatedAt = DateTimeOffset.UnixEpoch,
        Acr = "silver",
    };

    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.7");

    private static Caller Renewed =>
        First with
        {
            ExpiresAt = First.ExpiresAt.AddMinutes(5),
            IssuedAt = First.IssuedAt.AddMinutes(4),
            TokenId = "other",
            TokenHash = "01",
            Purposes = [.. First.Purposes],
        };

    /// <summary>One thing that differs, each.</summary>
    public static TheoryData<string> Differences =>
        [
            "Issuer",
            "IssuerEnvironment",
            "ClientId",
            "Subject",
            "Scopes",
            "Purposes",
            "HasUnknownPurpose",
            "PurposeFromRegistry",
            "PatientContext",
            "Tenant",
            "Task",
            "ExpiresAt",
            "AuthenticatedAt",
            "Acr",
            "IsSignInKnown",
            "IsPersons",
            "Binding",
            "Actors",
        ];

    // What may differ: its times, its names and those of what it was exchanged from, and the certificate of the same kind of proof.
    [Fact]
    public void Differences_OfEveryMemberOfACaller_AreAskedAbout() =>
        Assert.Equal(
            typeof(Caller)
                .GetProperties()
                .Where(static member => member.CanWrite)
                .Select(static member => member.Name)
                .Except(["IssuedAt", "TokenId", "TokenHash", "TokenTextHashes", "CertificateHash", "ParentIds", "ParentHashes"])
                .Order(StringComparer.Ordinal),
            Differences.Select(static row => row.Data).Order(StringComparer.Ordinal)
        );

    [Theory]
    [MemberData(nameof(Differences))]
    public void Note_TokenThatDiffers_IsNotTheNewest(string member)
    {
        var tokens = new RenewedTokens();
        using var running = tokens.Begin(First, Here);

        tokens.Note(Spoilt(member), Here);

        Assert.Same(First, running.Newest);
    }

    [Fact]
    public void Note_RenewedToken_IsTheNewestWhileTheAnswerRuns()
    {
        var tokens = new RenewedTokens();
        using var other = tokens.Begin(First with { ClientId = "other" }, Here);
        var running = tokens.Begin(First, Here);
        var (second, third) = (Renewed, Renewed with { ExpiresAt = First.ExpiresAt.AddMinutes(9), CertificateHash = "ff" });

        tokens.Note(third, Here);
        tokens.Note(second, Here);
        Assert.Same(third, running.Newest);
        Assert.Equal("other", other.Newest.ClientId);

        running.Dispose();
        tokens.Note(Renewed with { ExpiresAt = First.ExpiresAt.AddMinutes(20) }, Here);
        Assert.Same(third, running.Newest);
    }

    // Who stole the first token gains nothing by its owner's next one.
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("192.0.2.7", null, false)]
    [InlineData(null, null, false)]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    public void Note_TokenFromAnotherAddress_IsNotTheNewest(string? running, string? from, bool isTaken)
    {
        var tokens = new RenewedTokens();
        using var answer = tokens.Begin(First, running is null ? null : IPAddress.Parse(running));
        var renewed = Renewed;

        tokens.Note(renewed, from is null ? null : IPAddress.Parse(from));

        Assert.Same(isTaken ? renewed : First, answer.Newest);
    }

    private static Caller Spoilt(string member) =>
        member switch
        {
            "Issuer" => Renewed with { Issuer = "x" },
            "IssuerEnvironment" => Renewed with { IssuerEnvironment = "x" },
            "ClientId" => Renewed with { ClientId = "x" },
            "Subject" => Renewed with { Subject = "x" },
            "Scopes" => Renewed with { Scopes = Asked.Caller(scopes: "system/Observation.rs").Scopes },
            "Purposes" => Renewed with { Purposes = [] },
            "HasUnknownPurpose" => Renewed with { HasUnknownPurpose = true },
            "PurposeFromRegistry" => Renewed with { PurposeFromRegistry = true },
            "PatientContext" => Renewed with { PatientContext = PatientId.Parse("17") },
            "Tenant" => Renewed with { Tenant = "north" },
            "Task" => Renewed with { Task = "t" },
            "ExpiresAt" => Renewed with { ExpiresAt = First.ExpiresAt },
            "AuthenticatedAt" => Renewed with { AuthenticatedAt = null },
            "Acr" => Renewed with { Acr = "gold" },
            "IsSignInKnown" => Renewed with { IsSignInKnown = false },
            "IsPersons" => Renewed with { IsPersons = false },
            "Binding" => Renewed with { Binding = ProofBinding.Dpop },
            "Actors" => Renewed with { Actors = ["between"] },
            _ => throw new ArgumentOutOfRangeException(nameof(member)),
        };
}
