using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Decisions;

/// <summary>Every door, shut and opened by one change; the same change the other way round is the twin.</summary>
public sealed class OpeningsTests
{
    private static readonly Credential Extra = TestRegistry.Credential("extra", clientId: "newcomer");

    private static readonly TaskGrant Task = new()
    {
        Id = "task-1",
        Client = "connector",
        Patient = "17",
        Workflow = "order-9",
        Expires = TestRegistry.Now.AddDays(1),
    };

    /// <summary>Door, and what the registry is with it shut.</summary>
    private static readonly (string Door, Shut Shut)[] Rows =
    [
        ("client", Shut.By<Client>(static client => client with { Status = ClientStatus.Suspended })),
        ("client-term", Shut.By<Client>(static client => client with { Expires = new DateOnly(2026, 4, 1) })),
        ("owner", Shut.By<Client>(static client => client with { OwnerConfirmed = null })),
        ("use-case", Shut.By<UseCase>(static useCase => useCase with { Status = UseCaseStatus.Retired })),
        ("use-case-term", Shut.By<UseCase>(static useCase => useCase with { Expires = new DateOnly(2026, 4, 1) })),
        ("agreement", Shut.By<Agreement>(static agreement => agreement with { Terminated = true })),
        ("agreement", Shut.By<Agreement>(static agreement => agreement with { Expires = new DateOnly(2026, 4, 1) })),
        ("legal-review", Shut.By<Agreement>(static agreement => agreement with { CrossBorder = true })),
        ("organization", Shut.By<Organization>(static unit => unit with { Status = OrganizationStatus.Suspended })),
        ("organization", Shut.By<Organization>(static unit => unit with { Status = OrganizationStatus.Offboarded })),
        (
            "vendor-review",
            Shut.By<Organization>(static unit =>
                unit with
                {
                    LastReview = new VendorReview(new DateOnly(2025, 1, 1), "li", "VR", new DateOnly(2026, 1, 1)),
                }
            )
        ),
        ("approval", Shut.Without<Approval>()),
        ("approval", Shut.By<Approval>(static approval => approval with { ApprovedBy = approval.RequestedBy })),
        ("approval-fingerprint", Shut.By<Approval>(static approval => approval with { Fingerprint = new string('0', 64) })),
        ("approval-term", Shut.By<Approval>(static approval => approval with { Until = new DateOnly(2026, 4, 1) })),
        ("review", Shut.By<Approval>(static approval => approval with { ApprovedAt = TestRegistry.Now.AddDays(-300) })),
        ("registration", Shut.By<Client>(static client => client with { Environment = "test" })),
        ("credential/connector-oidc", Shut.By<Credential>(static one => one with { Expires = new DateOnly(2026, 4, 1) })),
        ("credential/connector-oidc", Shut.By<Credential>(static one => one with { RotateBy = new DateOnly(2026, 4, 1) })),
        ("credential/connector-oidc", Shut.By<Credential>(static one => one with { OverlapUntil = TestRegistry.Now })),
    ];

    public static TheoryData<string, Shut> Doors => [.. Rows];

    public static TheoryData<RevocationTarget, string, string> Revocations =>
        new()
        {
            { RevocationTarget.Client, "connector", "revocation" },
            { RevocationTarget.UseCase, "lab", "revocation" },
            { RevocationTarget.Organization, "acme", "revocation" },
            { RevocationTarget.Credential, "connector-oidc", "credential/connector-oidc" },
            { RevocationTarget.Tenant, "north", "revocation/tenant/north" },
            { RevocationTarget.Issuer, "idp", "revocation/issuer/idp" },
        };

    [Theory]
    [MemberData(nameof(Doors), DisableDiscoveryEnumeration = true)]
    public void Between_DoorThatWasShut_OpensAndTheOtherWayCloses(string door, Shut shut)
    {
        var (closed, open) = (TestRegistry.Build(shut.Change(TestRegistry.Open())), TestRegistry.Build(TestRegistry.Open()));
        var opening = Between(closed, open);
        Assert.Contains(opening.Changes, change => change.Kind == StepKind.Opens && change.Subject == door);
        Assert.True(opening.GivesMore);
        Assert.True(opening.OpensPath);

        var closing = Between(open, closed);
        Assert.Contains(closing.Changes, change => change.Kind == StepKind.Closes && change.Subject == door);
        Assert.DoesNotContain(closing.Changes, static change => change.Kind is StepKind.Opens or StepKind.Extends);
        Assert.False(closing.GivesMore);
        Assert.True(closing.GivesLess);
        Assert.True(closing.ClosesPath);
    }

    [Theory]
    [MemberData(nameof(Revocations))]
    public void Between_RevocationLifted_OpensAndWrittenCloses(RevocationTarget target, string value, string door)
    {
        var open = TestRegistry.Build(TestRegistry.Open());
        var revoked = TestRegistry.Build(TestRegistry.Open(), TestRegistry.Revocation(target, value));
        var lifted = Between(revoked, open);
        Assert.Equal(StepKind.Opens, Assert.Single(lifted.Changes).Kind);
        Assert.Equal(door, lifted.Changes[0].Subject);
        Assert.True(lifted.GivesMore);
        Assert.Equal(StepKind.Closes, Assert.Single(Between(open, revoked).Changes).Kind);
    }

    [Fact]
    public void Doors_EveryNameThatAClientCanHave_IsTried()
    {
        var held = TestRegistry.Open(
            agreement: TestRegistry.Agreement() with
            {
                LegalReview = new LegalReview("x", new DateOnly(2026, 1, 1), "y", new DateOnly(2027, 1, 1)),
            },
            organization: TestRegistry.Organization() with
            {
                LastReview = new VendorReview(new DateOnly(2026, 1, 1), "li", "VR", new DateOnly(2026, 12, 1)),
            }
        );
        var snapshot = TestRegistry.Build(held);
        var names = Posture
            .Of(snapshot.FindClientById("connector")!, snapshot, TestRegistry.Now)
            .Select(static door => door.Name)
            .Where(static name => !name.Contains('/', StringComparison.Ordinal))
            .Append("credential/connector-oidc");
        Assert.Equal(names.Order(), Rows.Select(static row => row.Door).Append("revocation").Distinct().Order());
    }

    [Fact]
    public void Between_DatesMovedBack_ExtendsAndForwardShortens()
    {
        var sooner = TestRegistry.Build(
            Changed<Credential>(TestRegistry.Open(), static one => one with { Expires = new DateOnly(2026, 6, 1) })
        );
        var later = TestRegistry.Build(
            Changed<Credential>(TestRegistry.Open(), static one => one with { Expires = new DateOnly(2026, 9, 1) })
        );
        var extended = Assert.Single(Between(sooner, later).Changes);
        Assert.Equal((StepKind.Extends, "credential/connector-oidc"), (extended.Kind, extended.Subject));
        Assert.Equal(new DateTimeOffset(2026, 9, 1, 0, 0, 0, TimeSpan.Zero), extended.Until);
        Assert.Contains("2026-09-01", extended.Words, StringComparison.Ordinal);
        Assert.True(Between(sooner, later).GivesMore);
        Assert.Equal(StepKind.Shortens, Assert.Single(Between(later, sooner).Changes).Kind);
        Assert.False(Between(later, sooner).GivesMore);
    }

    [Fact]
    public void Between_OwnerConfirmedAgainOrReviewed_Extends()
    {
        var open = TestRegistry.Build(TestRegistry.Open());
        var confirmed = TestRegistry.Build(
            Changed<Client>(TestRegistry.Open(), static client => client with { OwnerConfirmed = new DateOnly(2026, 5, 1) })
        );
        Assert.Equal((StepKind.Extends, "owner"), Only(Between(open, confirmed)));

        var review = new Review
        {
            Id = "r1",
            Client = "connector",
            On = new DateOnly(2026, 5, 1),
            By = "li",
        };
        Assert.Equal((StepKind.Extends, "review"), Only(Between(open, TestRegistry.Build([.. TestRegistry.Open(), review]))));
    }

    [Fact]
    public void Between_CredentialAdded_WidensAndThePathClosesUntilApproval()
    {
        var step = Between(TestRegistry.Build(TestRegistry.Open()), TestRegistry.Build([.. TestRegistry.Open(), Extra]));
        Assert.Contains(step.Changes, static change => change is { Kind: StepKind.Widens, Subject: "credentials/extra" });
        Assert.Contains(step.Changes, static change => change is { Kind: StepKind.Closes, Subject: "approval-fingerprint" });
        Assert.True(step.ClosesPath);
        Assert.False(step.GivesMore);

        var approved = Between(TestRegistry.Build(TestRegistry.Open()), Holding(TestRegistry.Credential(), Extra));
        Assert.Contains(approved.Changes, static change => change is { Kind: StepKind.Widens, Subject: "credentials/extra" });
        Assert.True(approved.GivesMore);
        Assert.False(Between(Holding(TestRegistry.Credential(), Extra), TestRegistry.Build(TestRegistry.Open())).GivesMore);
    }

    [Fact]
    public void Between_CertificateRotated_GivesNoMore()
    {
        var first = Certificate("cert-1", 'a');
        var ending = first with { OverlapUntil = TestRegistry.Now.AddDays(7) };
        var (oidc, second) = (TestRegistry.Credential(), Certificate("cert-2", 'b'));
        Assert.False(Between(Holding(oidc, first), Holding(oidc, ending, second)).GivesMore);
        Assert.True(Between(Holding(oidc, first), Holding(oidc, first, second)).GivesMore);
        Assert.True(Between(Holding(oidc, first), Holding(oidc)).GivesMore);
    }

    [Fact]
    public void Between_GrantWidened_GivesMoreOnlyOnAPathThatStaysOpen()
    {
        var open = TestRegistry.Open();
        var wider = TestRegistry.UseCase(grants: TestRegistry.Grant() with { Interactions = ["read", "search", "delete"] });
        var unapproved = Between(TestRegistry.Build(open), TestRegistry.Build(Changed<UseCase>(open, _ => wider)));
        Assert.Contains(unapproved.Changes, static change => change.Kind == StepKind.Widens);
        Assert.False(unapproved.GivesMore);
        Assert.True(unapproved.ClosesPath);

        var approved = Between(TestRegistry.Build(open), TestRegistry.Build(TestRegistry.Open(useCase: wider)));
        Assert.True(approved.GivesMore);
        Assert.False(Between(TestRegistry.Build(TestRegistry.Open(useCase: wider)), TestRegistry.Build(open)).GivesMore);
    }

    [Fact]
    public void Between_TaskAddedExtendedOrReopened_WidensAndClosedNarrows()
    {
        var without = TestRegistry.Build(TestRegistry.Open());
        var with = WithTask(Task);
        Assert.Equal((StepKind.Widens, "taskGrants/task-1"), Only(Between(without, with)));
        Assert.Equal((StepKind.Narrows, "taskGrants/task-1"), Only(Between(with, without)));
        Assert.Equal((StepKind.Widens, "taskGrants/task-1"), Only(Between(WithTask(Task with { Closed = true }), with)));
        Assert.Equal(
            [StepKind.Widens],
            Between(WithTask(Task with { Expires = TestRegistry.Now.AddHours(1) }), with).Changes.Select(static change => change.Kind)
        );
        Assert.Equal([StepKind.Widens], Between(WithTask(Task with { MaxUses = 1 }), with).Changes.Select(static change => change.Kind));
        Assert.Empty(Between(without, WithTask(Task with { Expires = TestRegistry.Now })).Changes);
    }

    [Fact]
    public void Between_RosterOfTheClientWidened_SaysSoAndAnotherIsNoMatter()
    {
        var open = TestRegistry.Build(TestRegistry.Open());
        var step = Openings.Between(
            "connector",
            open,
            open,
            TestRegistry.Now,
            [new RosterStep("orders", 2, 1), new RosterStep("other", 9, 9)]
        );
        Assert.Equal(
            [(StepKind.Widens, "rosters/orders"), (StepKind.Narrows, "rosters/orders")],
            step.Changes.Select(static change => (change.Kind, change.Subject))
        );
        Assert.True(step.GivesMore);
    }

    [Fact]
    public void Between_ClientRegistered_OpensAndInventoryOpensNothing()
    {
        var open = TestRegistry.Build(TestRegistry.Open());
        var empty = TestRegistry.Build(TestRegistry.Open().Where(static entity => entity is not (Client or Credential or Approval)));
        Assert.True(Between(empty, open).OpensPath);
        Assert.Contains(Between(open, empty).Changes, static change => change is { Kind: StepKind.Closes, Subject: "client" });

        var key = new Credential
        {
            Id = "key",
            Client = "connector",
            Kind = CredentialKind.ApiKey,
            KeyHash = new string('a', 64),
        };
        Assert.DoesNotContain(
            Between(open, TestRegistry.Build([.. TestRegistry.Open(), key])).Changes,
            static change => change.Kind == StepKind.Opens
        );
    }

    [Fact]
    public void Between_SameState_IsNothing()
    {
        var step = Between(TestRegistry.Build(TestRegistry.Open()), TestRegistry.Build(TestRegistry.Open()));
        Assert.Empty(step.Changes);
        Assert.False(step.GivesMore || step.GivesLess || step.OpensPath || step.ClosesPath);
    }

    private static AccessStep Between(RegistrySnapshot before, RegistrySnapshot after) =>
        Openings.Between("connector", before, after, TestRegistry.Now);

    private static (StepKind Kind, string Subject) Only(AccessStep step) => (Assert.Single(step.Changes).Kind, step.Changes[0].Subject);

    private static Credential Certificate(string id, char digit) =>
        new()
        {
            Id = id,
            Client = "connector",
            Kind = CredentialKind.Certificate,
            Thumbprint = new string(digit, 64),
        };

    // Approved with exactly these.
    private static RegistrySnapshot Holding(params Credential[] credentials) =>
        TestRegistry.Build([
            .. TestRegistry.Open().Where(static entity => entity is not (Credential or Approval)),
            .. credentials,
            TestRegistry.Approval(
                ApprovalFingerprint.Of(
                    TestRegistry.Client(),
                    TestRegistry.UseCase(),
                    TestRegistry.Agreement(),
                    TestRegistry.Organization(),
                    credentials
                )
            ),
        ]);

    private static RegistrySnapshot WithTask(TaskGrant task) => TestRegistry.Build([.. TestRegistry.Open(), task]);

    private static List<IRegistryEntity> Changed<T>(IEnumerable<IRegistryEntity> entities, Func<T, IRegistryEntity> change) =>
        [.. entities.Select(entity => entity is T one ? change(one) : entity)];

    /// <summary>How a sound registry is changed so that one door is shut.</summary>
    public sealed record Shut(Func<IEnumerable<IRegistryEntity>, IEnumerable<IRegistryEntity>> Change)
    {
        internal static Shut By<T>(Func<T, IRegistryEntity> change) => new(entities => Changed(entities, change));

        internal static Shut Without<T>() => new(static entities => entities.Where(static entity => entity is not T));
    }
}
