using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Decisions;

/// <summary>A token that names a task reaches what the grants reach and the task covers, and nothing besides.</summary>
public sealed class TaskTokenTests
{
    private static readonly Grant ForAnyone = TestRegistry.Grant() with
    {
        Types = ["Observation", "Patient", "Practitioner"],
        Interactions = ["read", "search", "create", "update"],
        Patients = new PatientScope { Any = true },
        Confidentiality = "V",
        Labels = ["_ActInformationSensitivityPolicy", "_EntitySensitivityPolicyType", "_RoleInformationSensitivityPolicy"],
    };

    private static readonly TaskGrant Opened = new()
    {
        Id = "discharge-4",
        Client = "connector",
        Patient = "17",
        Workflow = "w",
        Expires = TestRegistry.Now.AddHours(1),
        ByToken = true,
    };

    [Theory]
    [InlineData("17", WithholdReason.None)]
    [InlineData("18", WithholdReason.OutsidePatients)]
    public void Judge_OfAnyPatient_IsConfinedToTheTasks(string patient, WithholdReason expected)
    {
        var permit = Permit(Asked.Search("Observation"), Opened);

        Assert.Equal(expected, permit.Release.Judge(Asked.Facts("Observation", patient)).Reason);
        Assert.Equal(WithholdReason.OutsidePatients, permit.Release.Judge(Asked.Facts("Observation", "17", "18")).Reason);
    }

    [Fact]
    public void Judge_OfNobody_LeavesOnlyWhereTheTaskNamesItsType()
    {
        var nobodys = new ResourceFacts
        {
            Type = ResourceType.Parse("Practitioner"),
            Id = "1",
            Owner = OwnerState.NotPatientData,
            Confidentiality = Confidentiality.Normal,
        };

        Assert.Equal(WithholdReason.OutsidePatients, Permit(Asked.Read("Practitioner"), Opened).Release.Judge(nobodys).Reason);
        Assert.Equal(
            WithholdReason.None,
            Permit(Asked.Read("Practitioner"), Opened with { Types = ["Practitioner"] }).Release.Judge(nobodys).Reason
        );
    }

    [Fact]
    public void Decide_SomebodyNew_IsNotTheTasksPatient()
    {
        var part = new AccessPart
        {
            Interaction = Interaction.Create,
            Type = ResourceType.Parse("Patient"),
            Body = Asked.Facts("Patient"),
            StoredState = StoredState.Absent,
        };

        Assert.Equal(DenyReason.OutsideTask, Deny(part, Opened));
        Assert.IsType<Permit>(Decide(part, null, Opened));
    }

    [Fact]
    public void Decide_Count_IsNeverLeftToTheUpstream()
    {
        var staff = TestRegistry.Organization() with { Kind = OrganizationKind.Internal };

        Assert.Contains(Permit(Asked.Search("Observation"), Opened, staff).Obligations, static one => one is WithholdLabelled);
        Assert.DoesNotContain(
            Assert.IsType<Permit>(Decide(Asked.Search("Observation"), null, Opened, staff)).Obligations,
            static one => one is WithholdLabelled
        );
    }

    [Fact]
    public void Decide_WithUses_EveryRequestIsOne()
    {
        var counted = Opened with { MaxUses = 3 };
        foreach (var part in new[] { Asked.Search("Observation"), Asked.Read("Observation"), Asked.Read("Patient", "17") })
        {
            Assert.Equal([new TaskUse("discharge-4", 3)], Assert.Single(Permit(part, counted).Obligations.OfType<CountTaskUses>()).Uses);
        }

        Assert.Empty(Permit(Asked.Read("Observation"), Opened).Obligations.OfType<CountTaskUses>());
    }

    [Fact]
    public void Decide_RosterWithoutThePatient_IsNotWidenedByATask()
    {
        var elsewhere = Opened with { Patient = "18" };
        var roster = TestRegistry.UseCase(grants: TestRegistry.Grant());
        var permit = Assert.IsType<Permit>(
            PolicyDecisionPoint.Decide(
                Asked.For(Asked.Caller() with { Task = "discharge-4" }, Asked.Search("Observation")),
                TestRegistry.Build([.. TestRegistry.Open(roster), elsewhere])
            )
        );

        Assert.Equal(WithholdReason.OutsidePatients, permit.Release.Judge(Asked.Facts("Observation", "18")).Reason);
        Assert.Equal(WithholdReason.OutsidePatients, permit.Release.Judge(Asked.Facts("Observation", "17")).Reason);
    }

    [Theory]
    [InlineData("observation", "read")]
    [InlineData("Observation", "Read")]
    [InlineData("*", "read")]
    public void Decide_TaskWhoseActionCannotBeRead_IsNoTask(string type, string interaction) =>
        Assert.Equal(
            DenyReason.TaskNotOpen,
            Deny(Asked.Search("Observation"), Opened with { Types = [type], Interactions = [interaction] })
        );

    [Fact]
    public void Decide_ActionWithoutByToken_IsNoTask()
    {
        var everywhere = Opened with { ByToken = false };

        Assert.IsType<Permit>(Decide(Asked.Search("Observation"), "discharge-4", everywhere));
        Assert.Equal(DenyReason.TaskNotOpen, Deny(Asked.Search("Observation"), everywhere with { Types = ["Observation"] }));
    }

    private static DenyReason Deny(AccessPart part, TaskGrant task) => Assert.IsType<Deny>(Decide(part, "discharge-4", task)).Reason;

    private static Permit Permit(AccessPart part, TaskGrant task, Organization? organization = null) =>
        Assert.IsType<Permit>(Decide(part, "discharge-4", task, organization));

    private static Decision Decide(AccessPart part, string? named, TaskGrant task, Organization? organization = null) =>
        PolicyDecisionPoint.Decide(
            Asked.For(Asked.Caller() with { Task = named }, part),
            TestRegistry.Build([.. TestRegistry.Open(TestRegistry.UseCase(grants: ForAnyone), organization: organization), task])
        );
}
