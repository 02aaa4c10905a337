using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Validation;
using Xunit;

namespace PhiGateway.Tests.Policy.Validation;

public sealed class ClientLifecycleTests
{
    [Theory]
    [InlineData(ClientStatus.Draft, ClientStatus.Submitted, "operator", true)]
    [InlineData(ClientStatus.Draft, ClientStatus.Submitted, "viewer", false)]
    [InlineData(ClientStatus.Draft, ClientStatus.Active, "approver", false)]
    [InlineData(ClientStatus.Submitted, ClientStatus.Active, "approver", true)]
    [InlineData(ClientStatus.Submitted, ClientStatus.Active, "operator", false)]
    [InlineData(ClientStatus.Submitted, ClientStatus.Active, "admin", false)]
    [InlineData(ClientStatus.Active, ClientStatus.Quarantined, "operator", true)]
    [InlineData(ClientStatus.Quarantined, ClientStatus.Active, "operator", false)]
    [InlineData(ClientStatus.Suspended, ClientStatus.Active, "approver", true)]
    [InlineData(ClientStatus.Suspended, ClientStatus.Revoked, "operator", true)]
    [InlineData(ClientStatus.Revoked, ClientStatus.Active, "approver", false)]
    [InlineData(ClientStatus.Revoked, ClientStatus.Archived, "operator", true)]
    [InlineData(ClientStatus.Archived, ClientStatus.Draft, "admin", false)]
    [InlineData(ClientStatus.Active, ClientStatus.Active, "approver", false)]
    public void Check_StepAndRole_AsTheLifeOfAClientGoes(ClientStatus from, ClientStatus to, string role, bool allowed) =>
        Assert.Equal(allowed, ClientLifecycle.Check("c", from, to, [role], "a reason") is null);

    [Fact]
    public void Check_SuspendedWithoutReason_IsRefused()
    {
        Assert.Equal(
            "clients/c/statusReason",
            ClientLifecycle.Check("c", ClientStatus.Active, ClientStatus.Suspended, ["operator"], " ")!.Path
        );
        Assert.Null(ClientLifecycle.Check("c", ClientStatus.Active, ClientStatus.Suspended, ["operator"], "leak"));
    }

    [Fact]
    public void All_FromRevoked_NothingLeadsBack() =>
        Assert.All(
            ClientLifecycle.All.Where(static step => step.From is ClientStatus.Revoked or ClientStatus.Archived),
            static step => Assert.Equal(ClientStatus.Archived, step.To)
        );

    [Theory]
    [InlineData("a", "b", true)]
    [InlineData("a", "A", false)]
    [InlineData("a", " a ", false)]
    [InlineData("", "b", false)]
    [InlineData("a", " ", false)]
    public void MayApprove_TwoPersons_OrNot(string requested, string approved, bool allowed) =>
        Assert.Equal(allowed, ClientLifecycle.MayApprove(requested, approved));
}
