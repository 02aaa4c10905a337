using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Controls;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>A score takes off what is so, and says it: what ends as planned, what was never asked for and what is not yet over costs nothing.</summary>
public sealed class ControlScoreTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Today = DateOnly.FromDateTime(Now.UtcDateTime);

    [Fact]
    public void Of_AClientWithNothingAgainstIt_IsAHundred()
    {
        var score = Score(Facts());
        Assert.Empty(score.Points);
        Assert.Equal(100, score.Score);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(null, 2)]
    public void Of_ACredentialPastItsRotation_CostsUnlessAnotherTookItsPlace(int? overlapped, int points)
    {
        var old = Key("old") with { RotateBy = Today.AddDays(-9), OverlapUntil = overlapped is { } hours ? Now.AddHours(hours) : null };
        var door = new DoorReport("credential-rotation/old", "credential-rotation-overdue", false, null, false, null, "credential/old");
        var one = Facts() with { Credentials = [old, Key("new")], Doors = [door] };

        Assert.Equal(points, Score(one).Points.Count);
        Assert.Equal(points / 2, Report([one]).Closed("credential-rotation"));
    }

    [Theory]
    [InlineData(CredentialKind.Certificate, 0)]
    [InlineData(CredentialKind.ClientKey, 1)]
    public void Of_AClientThatMustShowARegisteredCertificate_SaysNothingOfBearers(CredentialKind kind, int points)
    {
        var one = Facts() with { Credentials = [Key("a"), Key("b") with { Kind = kind }] };
        one = one with { Client = one.Client with { Requires = [] } };

        Assert.Equal(points, Score(one).Points.Count(static point => point.Words.Contains("bearer", StringComparison.Ordinal)));
        Assert.Equal(points, Report([one]).Unproven);
    }

    [Fact]
    public void Of_AClientThatComesWithAKeyAlone_SaysSoOnce()
    {
        var one = Facts() with { Credentials = [Key("a") with { Kind = CredentialKind.ApiKey, Issuer = null, ClientId = null }] };
        one = one with { Client = one.Client with { Requires = [] } };

        Assert.Contains("API key", Assert.Single(Score(one).Points).Words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AlertLane.Look, "dormant", AlertState.Open, 1)]
    [InlineData(AlertLane.Act, "two-places", AlertState.Acknowledged, 1)]
    [InlineData(AlertLane.Noise, "two-places", AlertState.Open, 0)]
    [InlineData(AlertLane.Look, "door-closing", AlertState.Open, 0)]
    [InlineData(AlertLane.Act, "two-places", AlertState.Closed, 0)]
    public void Of_AlertsAboutIt_CostWhereSomethingWasFound(AlertLane lane, string kind, AlertState state, int points)
    {
        var facts = Report([Facts()], Alert("a1", lane, kind, state));

        Assert.Equal(points, ControlScores.Of(facts, facts.Clients[0]).Points.Count);
    }

    [Fact]
    public void Of_ManyAlerts_CostsSoMuchAtMost_EachUnderItsOwnRisk()
    {
        var facts = Report(
            [Facts()],
            [
                .. Enumerable.Range(0, 2).Select(static n => Alert("a" + n, AlertLane.Act, "two-places", AlertState.Open)),
                .. Enumerable.Range(0, 9).Select(static n => Alert("b" + n, AlertLane.Act, "scraping", AlertState.Open, "NHI5:2025 x")),
            ]
        );

        var point = Assert.Single(ControlScores.Of(facts, facts.Clients[0]).Points);
        Assert.Equal((25, "NHI5:2025"), (point.Points, point.Risk));
    }

    [Theory]
    [InlineData(-29, 0)]
    [InlineData(-30, 1)]
    public void Of_WhatIsUnused_CostsOnceThereWasTimeToUseIt(int approved, int points)
    {
        var one = Facts() with { Granted = 4, Unused = 2, Approval = ApprovedAt(Now.AddDays(approved)) };

        Assert.Equal(points, Score(one).Points.Count);
    }

    [Theory]
    [InlineData(OrganizationKind.Internal, null, 0)]
    [InlineData(OrganizationKind.Vendor, null, 1)]
    [InlineData(OrganizationKind.Vendor, -1, 1)]
    [InlineData(OrganizationKind.Vendor, 0, 0)]
    public void Of_AnOrganizationOutside_CostsWhereNoReviewOfItCounts(OrganizationKind kind, int? due, int points)
    {
        var review = due is { } days ? new VendorReview(Today.AddDays(-90), "anna", "VR-1", Today.AddDays(days)) : null;
        var one = Facts() with
        {
            Organization = new Organization
            {
                Id = "acme",
                Kind = kind,
                Name = "Acme",
                LastReview = review,
            },
        };

        Assert.Equal(points, Score(one).Points.Count);
    }

    // The mean of 100, 97 and 85 is 94; rounded up, or to the even, what one lost would be nobody's.
    [Fact]
    public void Of_AnOrganization_LacksWhatItsClientsLost_WithTheRisksAndTheWorst()
    {
        var deputy = Facts("b");
        deputy = deputy with { Client = deputy.Client with { Deputy = null } };
        var bearer = Facts("c");
        bearer = bearer with { Client = bearer.Client with { Requires = [] } };

        var score = Assert.Single(ControlScores.Of(Report([Facts("a"), deputy, bearer])).Organizations);
        Assert.Equal(("acme", 3, 94, 85), (score.Organization, score.Clients, score.Score, score.Worst));
        Assert.Equal(100 - score.Score, score.Points.Sum(static point => point.Points));
        Assert.Equal(["NHI4:2025", "NHI1:2025"], score.Points.Select(static point => point.Risk));
        Assert.Equal("1 of its 3 clients that can call lose points by it, c most: 15.", score.Points[0].Words);

        Assert.Equal(98, Assert.Single(ControlScores.Of(Report([Facts("a"), deputy])).Organizations).Score);
        Assert.Empty(Assert.Single(ControlScores.Of(Report([Facts("a")])).Organizations).Points);
    }

    private static ClientScore Score(ClientFacts one) => ControlScores.Of(Report([one]), one);

    private static ControlFacts Report(IReadOnlyList<ClientFacts> clients, params Alert[] alerts) =>
        new()
        {
            At = Now,
            Days = 90,
            Set = WorkingSet.Empty.With(
                1,
                alerts.Select(static alert => new RegistryItem(
                    RegistryKind.Alert,
                    alert.Id,
                    1,
                    1,
                    RegistryJson.Serialize(alert),
                    Now,
                    "system",
                    false
                ))
            ),
            Clients = clients,
            Revocations = [],
            Keeping = KeepingRules.Default,
        };

    private static ClientFacts Facts(string id = "a") =>
        new(
            new Client
            {
                Id = id,
                UseCase = "lab-results",
                Owner = "mary@hospital.example",
                OwnerConfirmed = Today,
                Deputy = "li@hospital.example",
                Environment = "production",
                Networks = ["203.0.113.0/24"],
                Requires = ["dpop"],
                Status = ClientStatus.Active,
            },
            null,
            new Organization
            {
                Id = "acme",
                Kind = OrganizationKind.Internal,
                Name = "Acme",
            },
            [Key("a")],
            ApprovedAt(Now.AddDays(-90)),
            [],
            4,
            0,
            HasLongTokens: false
        );

    private static Credential Key(string id) =>
        new()
        {
            Id = id,
            Client = "a",
            Issuer = "hospital-idp",
            ClientId = id,
        };

    private static Approval ApprovedAt(DateTimeOffset at) =>
        new()
        {
            Id = "a-1",
            Client = "a",
            RequestedBy = "olga",
            ApprovedBy = "anna",
            ApprovedAt = at,
            Fingerprint = "f",
        };

    private static Alert Alert(string id, AlertLane lane, string kind, AlertState state, string? risk = null) =>
        new()
        {
            Id = id,
            Kind = kind,
            Subject = "client/a",
            At = Now,
            Evidence = "x",
            Lane = lane,
            State = state,
            Risk = risk,
        };
}
