using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Decisions;

/// <summary>Which requests use a task that has a number of uses, and what such a task covers when it is not used.</summary>
public sealed class TaskCountingTests
{
    private static readonly Grant ByTask = TestRegistry.Grant() with
    {
        Types = ["Observation", "Patient"],
        Interactions = ["read", "search", "create", "update"],
        Patients = new PatientScope { Task = true },
    };

    private static readonly TaskGrant Counted = new()
    {
        Id = "t",
        Client = "connector",
        Patient = "17",
        Workflow = "w",
        Expires = TestRegistry.Now.AddHours(1),
        MaxUses = 3,
    };

    private static readonly AccessPart OfPatient = Asked.Search("Observation") with { Patients = [PatientId.Parse("17")] };

    [Fact]
    public void Decide_PatientNamed_UsesTheTaskAndIsCovered()
    {
        var permit = Permit(OfPatient, [ByTask], Counted);

        Assert.Equal([new TaskUse("t", 3)], Assert.Single(permit.Obligations.OfType<CountTaskUses>()).Uses);
        Assert.Equal(WithholdReason.None, permit.Release.Judge(Asked.Facts("Observation", "17")).Reason);
    }

    [Fact]
    public void Decide_PatientReadOrResourceOfTheTask_UsesIt()
    {
        Assert.True(Uses(Permit(Asked.Read("Patient", "17"), [ByTask], Counted)));
        Assert.True(Uses(Permit(Asked.Read("Observation", "1"), [ByTask], Counted with { Resource = "Observation/1" })));
        Assert.True(Uses(Permit(OfPatient, [ByTask], Counted with { Resource = "Observation/1" })));
    }

    [Fact]
    public void Decide_BodyOfTheTasksPatient_UsesIt() =>
        Assert.True(
            Uses(
                Permit(
                    new AccessPart
                    {
                        Interaction = Interaction.Create,
                        Type = ResourceType.Parse("Observation"),
                        Body = Asked.Facts("Observation", "17"),
                        StoredState = StoredState.Absent,
                    },
                    [ByTask],
                    Counted
                )
            )
        );

    [Fact]
    public void Decide_NobodyNamed_UsesNothingAndShowsNothing()
    {
        foreach (var part in new[] { Asked.Read("Observation"), Asked.Search("Observation") })
        {
            var permit = Permit(part, [ByTask], Counted);
            Assert.False(Uses(permit));
            Assert.Equal(WithholdReason.OutsidePatients, permit.Release.Judge(Asked.Facts("Observation", "17")).Reason);
        }
    }

    [Fact]
    public void Decide_CoveredWithoutTheTask_UsesNothing()
    {
        Assert.False(Uses(Permit(OfPatient, [ByTask, TestRegistry.Grant()], Counted)));
        Assert.False(Uses(Permit(OfPatient, [ByTask], Counted, Counted with { Id = "free", MaxUses = null })));
        Assert.False(Uses(Permit(OfPatient, [ByTask], Counted with { MaxUses = null })));
    }

    [Fact]
    public void Decide_TwoTasks_UsesTheOneOfThePatient()
    {
        var permit = Permit(OfPatient, [ByTask], Counted, Counted with { Id = "other", Patient = "99" });

        Assert.Equal(["t"], permit.Obligations.OfType<CountTaskUses>().Single().Uses.Select(static use => use.Task));
        Assert.Equal(WithholdReason.OutsidePatients, permit.Release.Judge(Asked.Facts("Observation", "99")).Reason);
    }

    private static bool Uses(Permit permit) => permit.Obligations.OfType<CountTaskUses>().Any();

    private static Permit Permit(AccessPart part, Grant[] grants, params TaskGrant[] tasks) =>
        Assert.IsType<Permit>(
            PolicyDecisionPoint.Decide(
                Asked.For("connector", part),
                TestRegistry.Build([.. TestRegistry.Open(TestRegistry.UseCase(grants: grants)), .. tasks])
            )
        );
}
