using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Approvals;

public sealed class ApprovalFingerprintTests
{
    private static readonly ApprovedInput Approved = new(
        TestRegistry.Client() with
        {
            Networks = ["203.0.113.0/24"],
            Limits = new ClientLimits { RecordsPerDay = 100 },
            MaxTokenLifetimeSeconds = 300,
        },
        TestRegistry.UseCase(),
        TestRegistry.Agreement(),
        TestRegistry.Organization(),
        [TestRegistry.Credential()]
    );

    public static TheoryData<ChangeKind, ApprovedInput> Changes =>
        new()
        {
            { ChangeKind.Neutral, Approved with { Organization = Approved.Organization! with { Modules = ["connector@5"] } } },
            { ChangeKind.Widening, Approved with { Organization = Approved.Organization! with { Kind = OrganizationKind.DataBroker } } },
            { ChangeKind.Widening, Approved with { Agreement = Approved.Agreement! with { Expires = new DateOnly(2028, 1, 1) } } },
            { ChangeKind.Narrowing, Approved with { Agreement = Approved.Agreement! with { Expires = new DateOnly(2026, 11, 1) } } },
            { ChangeKind.Widening, Approved with { Agreement = Approved.Agreement! with { Jurisdictions = ["US", "CA"] } } },
            { ChangeKind.Widening, Approved with { Agreement = Approved.Agreement! with { CrossBorder = true } } },
            {
                ChangeKind.Neutral,
                Approved with
                {
                    Agreement = Approved.Agreement! with { LegalReview = new LegalReview("x", new DateOnly(2026, 1, 1), "y") },
                }
            },
            {
                ChangeKind.Neutral,
                Approved with
                {
                    Agreement = Approved.Agreement! with
                    {
                        LegalReview = new LegalReview("x", new DateOnly(2026, 1, 1), "y", new DateOnly(2026, 9, 1)),
                    },
                }
            },
            { ChangeKind.Widening, Approved with { Agreement = null } },
            { ChangeKind.Widening, Approved with { UseCase = Approved.UseCase with { Purposes = ["TREAT", "HOPERAT"] } } },
            { ChangeKind.Widening, Approved with { UseCase = Approved.UseCase with { Purposes = ["HOPERAT"] } } },
            { ChangeKind.Narrowing, Approved with { UseCase = Approved.UseCase with { Tenants = ["north"] } } },
            { ChangeKind.Neutral, Approved with { UseCase = Approved.UseCase with { Owner = "li@hospital.example" } } },
            { ChangeKind.Widening, Approved with { UseCase = Approved.UseCase with { AllowsBreakGlass = true } } },
            { ChangeKind.Widening, Approved with { UseCase = Approved.UseCase with { Environment = "test" } } },
            { ChangeKind.Widening, Approved with { UseCase = Approved.UseCase with { ReviewEveryDays = 180 } } },
            { ChangeKind.Widening, WithGrants(TestRegistry.Grant(), TestRegistry.Grant() with { Types = ["Condition"] }) },
            { ChangeKind.Widening, WithGrants(TestRegistry.Grant() with { Interactions = ["read", "search", "delete"] }) },
            { ChangeKind.Narrowing, WithGrants(TestRegistry.Grant() with { Interactions = ["read"] }) },
            { ChangeKind.Narrowing, WithGrants(TestRegistry.Grant() with { Elements = ["status"] }) },
            { ChangeKind.Narrowing, WithGrants(TestRegistry.Grant() with { Masks = ["subject.display"] }) },
            {
                ChangeKind.Narrowing,
                WithGrants(TestRegistry.Grant() with { Where = new Dictionary<string, string> { ["category"] = "laboratory" } })
            },
            { ChangeKind.Widening, WithGrants(TestRegistry.Grant() with { Confidentiality = "R" }) },
            { ChangeKind.Narrowing, WithGrants(TestRegistry.Grant() with { Confidentiality = "L" }) },
            { ChangeKind.Widening, WithGrants(TestRegistry.Grant() with { Labels = ["HIV"] }) },
            { ChangeKind.Widening, WithGrants(TestRegistry.Grant() with { Includes = ["Observation:subject"] }) },
            { ChangeKind.Widening, WithGrants(TestRegistry.Grant() with { MayRelabel = true }) },
            { ChangeKind.Widening, WithGrants(TestRegistry.Grant() with { Patients = new PatientScope { Any = true } }) },
            { ChangeKind.Widening, WithGrants(TestRegistry.Grant("other")) },
            { ChangeKind.Narrowing, Approved with { UseCase = Approved.UseCase with { Grants = [] } } },
            { ChangeKind.Neutral, Approved with { Client = Approved.Client with { Owner = "li@hospital.example" } } },
            { ChangeKind.Neutral, Approved with { Client = Approved.Client with { Kind = ClientKind.AiAgent } } },
            { ChangeKind.Widening, Approved with { Client = Approved.Client with { Networks = [] } } },
            { ChangeKind.Widening, Approved with { Client = Approved.Client with { Networks = ["203.0.113.0/24", "198.51.100.0/24"] } } },
            { ChangeKind.Narrowing, Approved with { Client = Approved.Client with { Hours = ["06:00-18:00"] } } },
            { ChangeKind.Narrowing, Approved with { Client = Approved.Client with { Requires = ["dpop"] } } },
            { ChangeKind.Narrowing, Approved with { Client = Approved.Client with { Tenants = ["north"] } } },
            { ChangeKind.Widening, Approved with { Client = Approved.Client with { Limits = new ClientLimits() } } },
            { ChangeKind.Narrowing, Approved with { Client = Approved.Client with { Limits = new ClientLimits { RecordsPerDay = 10 } } } },
            { ChangeKind.Widening, Approved with { Client = Approved.Client with { MaxTokenLifetimeSeconds = null } } },
            { ChangeKind.Widening, Approved with { Client = Approved.Client with { DelegationDepth = 1 } } },
            { ChangeKind.Narrowing, Approved with { Client = Approved.Client with { Actors = ["planner", "agent"] } } },
            { ChangeKind.Widening, Approved with { Client = Approved.Client with { UseCase = "other" } } },
            { ChangeKind.Narrowing, Approved with { Client = Approved.Client with { Expires = new DateOnly(2026, 6, 1) } } },
        };

    public static TheoryData<ApprovedInput> Meaningless =>
        new()
        {
            {
                Approved with
                {
                    Client = Approved.Client with
                    {
                        Description = "x",
                        Status = ClientStatus.Suspended,
                        StatusReason = "y",
                        OwnerConfirmed = null,
                        Deputy = "z",
                    },
                }
            },
            {
                Approved with
                {
                    UseCase = Approved.UseCase with
                    {
                        Title = "x",
                        Description = "y",
                        Status = UseCaseStatus.Retired,
                        Tenants = ["south", "north", "north"],
                    },
                }
            },
            { Approved with { UseCase = WithGrants(TestRegistry.Grant() with { Interactions = ["search", "read"] }).UseCase } },
            { Approved with { Agreement = Approved.Agreement! with { Terminated = true } } },
            { Approved with { Organization = Approved.Organization! with { Name = "x", Status = OrganizationStatus.Suspended } } },
            {
                Approved with
                {
                    Organization = Approved.Organization! with
                    {
                        LastReview = new VendorReview(new DateOnly(2026, 4, 1), "x", "y", new DateOnly(2027, 4, 1)),
                    },
                }
            },
        };

    [Theory]
    [MemberData(nameof(Changes), DisableDiscoveryEnumeration = true)]
    public void Of_SomethingApprovedChanged_IsAnotherAndClassified(ChangeKind expected, ApprovedInput changed)
    {
        Assert.NotEqual(Approved.Fingerprint, changed.Fingerprint);
        var words = string.Join(
            "; ",
            AccessDiff.Compare(Approved, changed).Select(static change => $"{change.Kind} {change.Path}: {change.Words}")
        );
        Assert.True(expected == AccessDiff.Classify(Approved, changed), words);
        Assert.NotEmpty(words);
    }

    [Theory]
    [MemberData(nameof(Meaningless), DisableDiscoveryEnumeration = true)]
    public void Of_WhatIsNotApprovedChanged_IsTheSame(ApprovedInput changed)
    {
        Assert.Equal(Approved.Fingerprint, changed.Fingerprint);
        Assert.Empty(AccessDiff.Compare(Approved, changed));
        Assert.Equal(ChangeKind.None, AccessDiff.Classify(Approved, changed));
    }

    [Fact]
    public void Of_SameInput_IsTheValueRecordedForVersionTwo() =>
        Assert.Equal(
            "3532c392b2b70f4a951d6086432b4b6b00ccbe7fa841eba6530490c9fa1aec40",
            ApprovalFingerprint.Of(
                TestRegistry.Client(),
                TestRegistry.UseCase(),
                TestRegistry.Agreement(),
                TestRegistry.Organization(),
                [TestRegistry.Credential()]
            )
        );

    [Fact]
    public void Of_TextsThatRunTogether_AreToldApart()
    {
        var one = Approved with { UseCase = Approved.UseCase with { Purposes = ["TREAT", "COC"] } };
        var other = Approved with { UseCase = Approved.UseCase with { Purposes = ["TREAT\npurposes[]=3:COC"] } };
        Assert.NotEqual(one.Fingerprint, other.Fingerprint);
    }

    [Fact]
    public void Compare_MaskTakenAway_IsWiderUnlessTheElementGoesToo()
    {
        var masked = WithGrants(TestRegistry.Grant() with { Masks = ["subject", "note"] });
        Assert.Equal(ChangeKind.Widening, AccessDiff.Classify(masked, WithGrants(TestRegistry.Grant() with { Masks = ["subject"] })));
        Assert.Equal(
            ChangeKind.Widening,
            AccessDiff.Classify(masked, WithGrants(TestRegistry.Grant() with { Masks = ["subject.display", "note"] }))
        );
        Assert.Equal(ChangeKind.Narrowing, AccessDiff.Classify(masked, WithGrants(TestRegistry.Grant() with { Elements = ["code"] })));
    }

    [Theory]
    [InlineData("SPI", "http://terminology.hl7.org/CodeSystem/v3-ActCode|PSY", ChangeKind.Narrowing)]
    [InlineData("http://terminology.hl7.org/CodeSystem/v3-ActCode|PSY", "SPI", ChangeKind.Widening)]
    [InlineData("HIV", "http://terminology.hl7.org/CodeSystem/v3-ActCode|HIV", ChangeKind.Narrowing)]
    [InlineData("SPI", "ETH", ChangeKind.Widening)]
    [InlineData("urn:x|SPI", "urn:x|PSY", ChangeKind.Widening)]
    public void Compare_LabelsOfAGroup_AreNarrowerThanTheGroup(string before, string after, ChangeKind expected) =>
        Assert.Equal(
            expected,
            AccessDiff.Classify(
                WithGrants(TestRegistry.Grant() with { Labels = [before] }),
                WithGrants(TestRegistry.Grant() with { Labels = [after] })
            )
        );

    [Theory]
    [InlineData(2026, 2027, ChangeKind.Widening)]
    [InlineData(2027, 2026, ChangeKind.Narrowing)]
    [InlineData(2027, null, ChangeKind.Widening)]
    [InlineData(null, 2027, ChangeKind.Narrowing)]
    public void Compare_EndOfTheLegalReview_LaterIsWider(int? before, int? after, ChangeKind expected)
    {
        Assert.Equal(expected, AccessDiff.Classify(Reviewed(before), Reviewed(after)));

        static ApprovedInput Reviewed(int? year) =>
            Approved with
            {
                Agreement = Approved.Agreement! with
                {
                    LegalReview = new LegalReview("x", new DateOnly(2026, 1, 1), "y", year is { } until ? new DateOnly(until, 9, 1) : null),
                },
            };
    }

    [Fact]
    public void Compare_GrantSplitInTwo_IsNeitherWiderNorNarrower()
    {
        var split = WithGrants(
            TestRegistry.Grant() with
            {
                Interactions = ["read"],
            },
            TestRegistry.Grant() with
            {
                Interactions = ["search"],
            }
        );
        Assert.Equal(ChangeKind.Neutral, AccessDiff.Classify(Approved, split));
    }

    private static ApprovedInput WithGrants(params Grant[] grants) => Approved with { UseCase = Approved.UseCase with { Grants = grants } };
}
