using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Decisions;

public sealed class ReleasePolicyTests
{
    private const string ActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

    [Fact]
    public void Judge_OwnerOnTheRoster_IsReleasedByTheGrant()
    {
        var verdict = Policy().Judge(Asked.Facts("Observation", "17"));
        Assert.Equal((WithholdReason.None, "lab/1"), (verdict.Reason, verdict.Rule));
        Assert.True(verdict.Elements!.IsAll);
    }

    [Fact]
    public void Judge_SecondOwnerForeign_IsWithheld() =>
        Assert.Equal(WithholdReason.OutsidePatients, Policy().Judge(Asked.Facts("Observation", "17", "99")).Reason);

    [Fact]
    public void Judge_OwnerUndetermined_IsWithheldEvenForAnyPatient()
    {
        Assert.Equal(WithholdReason.UndeterminedPatient, Policy().Judge(Asked.Facts("Observation")).Reason);
        Assert.Equal(WithholdReason.UndeterminedPatient, Policy(Any()).Judge(Asked.Facts("Observation")).Reason);
        Assert.Equal(WithholdReason.None, Policy(Any()).Judge(Asked.Facts("Observation", "99")).Reason);
    }

    [Fact]
    public void Judge_OwnerAboutToBeCreated_IsAnyonesOnly()
    {
        var facts = Asked.Facts("Observation", "17", "99");
        Assert.True(facts.DeclareNew(PatientId.Parse("99")));
        Assert.False(facts.DeclareNew(PatientId.Parse("98")));
        Assert.Equal(WithholdReason.OutsidePatients, Policy().Judge(facts).Reason);
        Assert.Equal(WithholdReason.None, Policy(Any()).Judge(facts).Reason);
        facts.Reset();
        Assert.False(facts.HasNewOwner);
    }

    [Fact]
    public void Judge_KnownWithoutOwners_IsWithheld()
    {
        var facts = Asked.Facts("Observation");
        facts.Owner = OwnerState.Known;
        Assert.Equal(WithholdReason.UndeterminedPatient, Policy().Judge(facts).Reason);
    }

    [Fact]
    public void Judge_NobodysRecord_NeedsAGrantForIt()
    {
        var facts = Asked.Facts("Observation");
        facts.Owner = OwnerState.NotPatientData;
        Assert.Equal(WithholdReason.OutsidePatients, Policy().Judge(facts).Reason);
        Assert.Equal(
            WithholdReason.None,
            Policy(TestRegistry.Grant() with { Patients = new PatientScope { None = true } }).Judge(facts).Reason
        );
        Assert.Equal(
            WithholdReason.OutsidePatients,
            Policy(TestRegistry.Grant() with { Patients = new PatientScope { None = true } }).Judge(Asked.Facts("Observation", "17")).Reason
        );
    }

    [Fact]
    public void Judge_OtherType_IsNotCovered() =>
        Assert.Equal(WithholdReason.NotCovered, Policy().Judge(Asked.Facts("Condition", "17")).Reason);

    [Fact]
    public void Judge_Unjudgeable_IsWithheld()
    {
        var facts = Asked.Facts("Observation", "17");
        facts.Unjudgeable = true;
        Assert.Equal(WithholdReason.Unjudgeable, Policy().Judge(facts).Reason);
    }

    [Theory]
    [InlineData(Confidentiality.Unrestricted, WithholdReason.None)]
    [InlineData(Confidentiality.Normal, WithholdReason.None)]
    [InlineData(Confidentiality.Restricted, WithholdReason.Confidentiality)]
    [InlineData(Confidentiality.VeryRestricted, WithholdReason.Confidentiality)]
    public void Judge_Confidentiality_StopsAtTheCeiling(Confidentiality confidentiality, WithholdReason expected)
    {
        var facts = Asked.Facts("Observation", "17");
        facts.Confidentiality = confidentiality;
        Assert.Equal(expected, Policy().Judge(facts).Reason);
    }

    [Theory]
    [InlineData(ActCode, "HIV", WithholdReason.None)]
    [InlineData(ActCode, "SUD", WithholdReason.Label)]
    [InlineData(ActCode, "hiv", WithholdReason.Label)]
    [InlineData("", "HIV", WithholdReason.Label)]
    [InlineData("urn:other", "HIV", WithholdReason.Label)]
    [InlineData("urn:other", "FREE", WithholdReason.None)]
    [InlineData("http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "REDACTED", WithholdReason.None)]
    [InlineData("http://terminology.hl7.org/CodeSystem/v3-ActReason", "HTEST", WithholdReason.None)]
    [InlineData("http://terminology.hl7.org/CodeSystem/v3-ActReason", "HRESCH", WithholdReason.Label)]
    public void Judge_Label_NeedsToBeNamed(string system, string code, WithholdReason expected)
    {
        var facts = Asked.Facts("Observation", "17");
        facts.AddLabel(new SecurityLabel(system, code));
        Assert.Equal(expected, Policy(TestRegistry.Grant() with { Labels = [ActCode + "|HIV", "FREE"] }).Judge(facts).Reason);
    }

    [Theory]
    [InlineData("SPI", "SPI", WithholdReason.None)]
    [InlineData("SPI", "COGN", WithholdReason.None)]
    [InlineData("SPI", "ETHUD", WithholdReason.None)]
    [InlineData(ActCode + "|SUD", "OPIOIDUD", WithholdReason.None)]
    [InlineData("_ActInformationSensitivityPolicy", "HIV", WithholdReason.None)]
    [InlineData("_ActInformationSensitivityPolicy", "RACE", WithholdReason.Label)]
    [InlineData("PSY", "SPI", WithholdReason.Label)]
    [InlineData("SUD", "ETH", WithholdReason.Label)]
    [InlineData("SPI", "HIV", WithholdReason.Label)]
    [InlineData("SPI", "NOAUTH", WithholdReason.Label)]
    [InlineData("urn:other|SPI", "PSY", WithholdReason.Label)]
    [InlineData("NORDSCLCD", "NORDSCLCD", WithholdReason.None)]
    [InlineData("SPI", "AOD", WithholdReason.None)]
    [InlineData("SPI", "DEID", WithholdReason.Label)]
    public void Judge_LabelOfAGroup_IsPermittedByTheGroup(string granted, string label, WithholdReason expected)
    {
        var facts = Asked.Facts("Observation", "17");
        facts.AddLabel(new SecurityLabel(ActCode, label));
        Assert.Equal(expected, Policy(TestRegistry.Grant() with { Labels = [granted] }).Judge(facts).Reason);
    }

    [Fact]
    public void Judge_MemberOfAGroupInAnotherSystem_IsNoMember()
    {
        var facts = Asked.Facts("Observation", "17");
        facts.AddLabel(new SecurityLabel("urn:other", "PSY"));
        Assert.Equal(WithholdReason.Label, Policy(TestRegistry.Grant() with { Labels = ["SPI"] }).Judge(facts).Reason);
    }

    [Fact]
    public void Judge_Where_EveryConditionMustHold()
    {
        var policy = Policy(
            TestRegistry.Grant() with
            {
                Where = new Dictionary<string, string> { ["category"] = "laboratory,imaging", ["code"] = "urn:c|1" },
            }
        );
        Assert.Equal(["category", "code"], policy.ParametersNeeded(ResourceType.Parse("Observation")));
        var facts = Asked.Facts("Observation", "17");
        facts.AddToken(new TokenFact("category", "urn:x", "imaging"));
        Assert.Equal(WithholdReason.Condition, policy.Judge(facts).Reason);
        facts.AddToken(new TokenFact("code", "urn:d", "1"));
        Assert.Equal(WithholdReason.Condition, policy.Judge(facts).Reason);
        facts.AddToken(new TokenFact("code", "urn:c", "1"));
        Assert.Equal(WithholdReason.None, policy.Judge(facts).Reason);
    }

    [Fact]
    public void Judge_ScopeFilter_IsEvaluatedOnTheAnswer()
    {
        var policy = Policy("system/Observation.rs?category=laboratory", null, TestRegistry.Grant());
        var facts = Asked.Facts("Observation", "17");
        Assert.Equal(["category"], policy.ParametersNeeded(ResourceType.Parse("Observation")));
        Assert.Equal(WithholdReason.Condition, policy.Judge(facts).Reason);
        facts.AddToken(new TokenFact("category", null, "laboratory"));
        Assert.Equal(WithholdReason.None, policy.Judge(facts).Reason);
    }

    [Fact]
    public void Judge_PlainScopeBesideGranularOne_IsThePlainOne() =>
        Assert.Equal(
            WithholdReason.None,
            Policy("system/Observation.rs?category=laboratory system/Observation.s", null, TestRegistry.Grant())
                .Judge(Asked.Facts("Observation", "17"))
                .Reason
        );

    [Fact]
    public void Judge_PatientScope_ConfinesToTheContext()
    {
        var policy = Policy("patient/Observation.rs", "17", Any());
        Assert.Equal(WithholdReason.None, policy.Judge(Asked.Facts("Observation", "17")).Reason);
        Assert.Equal(WithholdReason.OutsidePatients, policy.Judge(Asked.Facts("Observation", "18")).Reason);
    }

    [Fact]
    public void Judge_SystemScopeBesideAPatientScope_ConfinesToTheContextToo()
    {
        var policy = Policy("patient/Observation.rs system/Observation.rs", "17", Any());
        Assert.Equal(WithholdReason.None, policy.Judge(Asked.Facts("Observation", "17")).Reason);
        Assert.Equal(WithholdReason.OutsidePatients, policy.Judge(Asked.Facts("Observation", "18")).Reason);
        var nobodys = Asked.Facts("Observation");
        nobodys.Owner = OwnerState.NotPatientData;
        Assert.Equal(WithholdReason.None, policy.Judge(nobodys).Reason);

        // Alone it is a service's, whatever else the token says.
        var service = Policy("system/Observation.rs", "17", Any());
        Assert.Equal(WithholdReason.None, service.Judge(Asked.Facts("Observation", "18")).Reason);
    }

    // To write a type shows nothing of it.
    [Fact]
    public void ElementsOfContained_GrantThatOnlyWrites_LetsNothingOut()
    {
        var practitioner = TestRegistry.Grant() with
        {
            Types = ["Practitioner"],
            Patients = new PatientScope { None = true },
        };
        var reading = practitioner with { Elements = ["name"] };
        var writing = practitioner with { Interactions = ["create", "update", "delete"] };
        var type = ResourceType.Parse("Practitioner");

        Assert.Equal(["id", "meta", "name", "resourceType"], Sorted(Policy(TestRegistry.Grant(), reading, writing)));
        Assert.Equal(["id", "meta", "name", "resourceType"], Sorted(Policy(TestRegistry.Grant(), reading)));
        Assert.True(Policy(TestRegistry.Grant(), reading, practitioner).ElementsOfContained(type).IsAll);
        Assert.True(Policy(TestRegistry.Grant(), writing).ElementsOfContained(type).IsAll);

        List<string> Sorted(ReleasePolicy policy) => [.. policy.ElementsOfContained(type).Names.Order(StringComparer.Ordinal)];
    }

    [Fact]
    public void ElementsOfContained_OfAType_AreThoseOfAnyGrantOfTheUseCase()
    {
        var policy = Policy(
            TestRegistry.Grant(),
            TestRegistry.Grant() with
            {
                Types = ["Immunization"],
                Elements = ["status"],
            },
            TestRegistry.Grant() with
            {
                Types = ["Immunization"],
                Masks = ["lotNumber"],
            }
        );

        Assert.True(policy.ElementsOfContained(ResourceType.Parse("Observation")).IsAll);
        Assert.True(policy.ElementsOfContained(ResourceType.Parse("Specimen")).IsAll);
        Assert.Equal(["lotNumber"], policy.ElementsOfContained(ResourceType.Parse("Immunization")).Masks);
    }

    [Fact]
    public void Judge_SeveralGrantsAdmit_ElementsAreTheirUnion()
    {
        var policy = Policy(
            TestRegistry.Grant() with
            {
                Elements = ["status"],
            },
            TestRegistry.Grant() with
            {
                Elements = ["code"],
            },
            TestRegistry.Grant() with
            {
                Elements = ["value"],
                Confidentiality = "U",
            }
        );
        var verdict = policy.Judge(Asked.Facts("Observation", "17"));
        Assert.Equal("lab/1+lab/2", verdict.Rule);
        Assert.Equal(["code", "id", "meta", "resourceType", "status"], verdict.Elements!.Names.Order());
        Assert.Same(verdict.Elements, policy.Judge(Asked.Facts("Observation", "17")).Elements);
        Assert.True(policy.ElementsOf(ResourceType.Parse("Observation")).Contains("value"));
        Assert.True(policy.ElementsOf(ResourceType.Parse("Observation")).Contains("valueQuantity"));
        Assert.False(policy.ElementsOf(ResourceType.Parse("Observation")).Contains("statusReason"));
        Assert.False(policy.ElementsOf(ResourceType.Parse("Condition")).Contains("code"));
    }

    [Fact]
    public void Judge_GrantsThatMaskDifferently_MaskWhatNeitherShows()
    {
        var first = TestRegistry.Grant() with { Elements = ["code", "subject", "note"], Masks = ["subject.display", "note"] };
        Assert.Equal(["note", "subject.display"], Elements(first).Masks);
        Assert.Equal(["subject.display"], Elements(first, TestRegistry.Grant() with { Elements = ["note"] }).Masks);
        Assert.Equal(
            ["subject.display"],
            Elements(first, TestRegistry.Grant() with { Elements = ["subject", "note"], Masks = ["subject"] }).Masks
        );
        Assert.True(Elements(first, TestRegistry.Grant()).IsAll);
        Assert.True(Elements(first).Contains("code"));
        Assert.False(Elements(first).Contains("subject"));

        static ElementSet Elements(params Grant[] grants) => Policy(grants).Judge(Asked.Facts("Observation", "17")).Elements!;
    }

    [Fact]
    public void Types_OfAPermit_AreThoseOfTheRequestOnly() =>
        Assert.Equal(
            ["Observation"],
            Policy(TestRegistry.Grant() with { Types = ["Observation", "Condition"] }).Types.Members().Select(static type => type.Name)
        );

    [Fact]
    public void Judge_TaskForOneResource_ReleasesThatOne()
    {
        var task = new TaskGrant
        {
            Id = "t",
            Client = "connector",
            Patient = "17",
            Resource = "Observation/1",
            Workflow = "w",
            Expires = TestRegistry.Now.AddHours(1),
        };
        var useCase = TestRegistry.UseCase(grants: TestRegistry.Grant() with { Patients = new PatientScope { Task = true } });
        var policy = Assert
            .IsType<Permit>(
                PolicyDecisionPoint.Decide(
                    Asked.For("connector", Asked.Search("Observation")),
                    TestRegistry.Build([.. TestRegistry.Open(useCase), task])
                )
            )
            .Release;
        var other = Asked.Facts("Observation", "17");
        other.Id = "2";
        Assert.Equal(WithholdReason.None, policy.Judge(Asked.Facts("Observation", "17")).Reason);
        Assert.Equal(WithholdReason.OutsidePatients, policy.Judge(other).Reason);
    }

    [Fact]
    public void Judge_PatchedResource_NeedsTheRightToRead()
    {
        var patch = new AccessPart
        {
            Interaction = Interaction.Patch,
            Type = ResourceType.Parse("Observation"),
            Id = "1",
            StoredState = StoredState.Present,
            Stored = Asked.Facts("Observation", "17"),
        };
        Assert.Equal(WithholdReason.NotCovered, Permit(patch, ["patch"]).Release.Judge(Asked.Facts("Observation", "17")).Reason);
        Assert.Equal(WithholdReason.None, Permit(patch, ["patch", "read"]).Release.Judge(Asked.Facts("Observation", "17")).Reason);

        static Permit Permit(AccessPart part, string[] words) =>
            Assert.IsType<Permit>(
                PolicyDecisionPoint.Decide(
                    Asked.For("connector", part),
                    TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: TestRegistry.Grant() with { Interactions = words })))
                )
            );
    }

    private static Grant Any() => TestRegistry.Grant() with { Patients = new PatientScope { Any = true } };

    private static ReleasePolicy Policy(params Grant[] grants) => Policy("system/*.cruds", null, grants);

    private static ReleasePolicy Policy(string scopes, string? context, params Grant[] grants)
    {
        var caller = Asked.Caller(scopes: scopes) with { PatientContext = context is null ? null : PatientId.Parse(context) };
        var snapshot = TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grants)));
        return Assert.IsType<Permit>(PolicyDecisionPoint.Decide(Asked.For(caller, Asked.Search("Observation")), snapshot)).Release;
    }
}
