using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Decisions;

public sealed class PostureTests
{
    [Fact]
    public void Of_OpenPath_SaysWhenEachDoorWillClose()
    {
        var snapshot = TestRegistry.Build(TestRegistry.Open(client: TestRegistry.Client() with { Expires = new DateOnly(2026, 9, 1) }));
        var doors = Posture.Of(snapshot.FindClientById("connector")!, snapshot, TestRegistry.Now).ToDictionary(static door => door.Name);
        Assert.Equal(Day(2026, 9, 1), doors["client-term"].ClosesAt);
        Assert.Equal(Day(2027, 1, 1), doors["agreement"].ClosesAt);
        Assert.Equal(Day(2026, 12, 31), doors["use-case-term"].ClosesAt);
        Assert.Equal(Day(2026, 3, 2).AddDays(DoorDefaults.OwnerConfirmationDays), doors["owner"].ClosesAt);
        Assert.Equal(Day(2026, 3, 2).AddDays(90 + DoorDefaults.ReviewGraceDays), doors["review"].ClosesAt);
        Assert.Null(doors["client"].ClosesAt);
        Assert.All(doors.Values, static door => Assert.True(door.Open && door.ToOpen is null));
    }

    [Fact]
    public void Of_EveryClosingDay_IsTheFirstMomentThatDecideRefuses()
    {
        var entities = TestRegistry.Open(client: TestRegistry.Client() with { Expires = new DateOnly(2026, 9, 1) });
        entities.Remove(TestRegistry.Credential());
        entities.Add(TestRegistry.Credential() with { RotateBy = new DateOnly(2026, 6, 1), Expires = new DateOnly(2026, 6, 20) });
        var snapshot = TestRegistry.Build(entities);
        var request = Asked.For("connector", Asked.Read("Observation"));
        var first = Posture
            .Of(snapshot.FindClientById("connector")!, snapshot, TestRegistry.Now)
            .Where(static door => door.ClosesAt is not null)
            .MinBy(static door => door.ClosesAt)!;
        Assert.IsType<Permit>(PolicyDecisionPoint.Decide(request with { Now = first.ClosesAt!.Value.AddTicks(-1) }, snapshot));
        Assert.Equal(
            first.Reason,
            Assert.IsType<Deny>(PolicyDecisionPoint.Decide(request with { Now = first.ClosesAt.Value }, snapshot)).Reason
        );
    }

    [Fact]
    public void Of_ClosedDoors_SayWhatOpensThem()
    {
        var snapshot = TestRegistry.Build(
            TestRegistry.Open().Where(static entity => entity is not Approval and not Credential),
            TestRegistry.Revocation(RevocationTarget.Client, "connector")
        );
        var closed = Posture
            .Of(snapshot.FindClientById("connector")!, snapshot, TestRegistry.Now)
            .Where(static door => !door.Open)
            .ToList();
        Assert.Equal(["revocation", "approval", "review", "credential"], closed.Select(static door => door.Name));
        Assert.All(closed, static door => Assert.NotEmpty(door.ToOpen!));
    }

    [Fact]
    public void Of_EachDoor_HasItsOwnReason()
    {
        var snapshot = TestRegistry.Build(
            TestRegistry.Open(
                agreement: TestRegistry.Agreement() with
                {
                    CrossBorder = true,
                    LegalReview = new LegalReview("l", new DateOnly(2026, 1, 1), "r"),
                }
            )
        );
        var reasons = Posture
            .Of(snapshot.FindClientById("connector")!, snapshot, TestRegistry.Now)
            .Select(static door => door.Reason)
            .ToHashSet();
        Assert.Superset(
            new HashSet<DenyReason>
            {
                DenyReason.Revoked,
                DenyReason.RegistryContradiction,
                DenyReason.ClientNotActive,
                DenyReason.ClientExpired,
                DenyReason.NotApproved,
                DenyReason.ApprovalStale,
                DenyReason.ApprovalExpired,
                DenyReason.UseCaseNotApproved,
                DenyReason.UseCaseExpired,
                DenyReason.AgreementNotInForce,
                DenyReason.AgreementNotReviewed,
                DenyReason.OrganizationNotActive,
                DenyReason.OwnerMissing,
                DenyReason.CredentialExpired,
                DenyReason.CredentialRotationOverdue,
                DenyReason.ReviewOverdue,
            },
            reasons
        );
    }

    private static DateTimeOffset Day(int year, int month, int day) => new(year, month, day, 0, 0, 0, TimeSpan.Zero);
}
