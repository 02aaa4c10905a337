using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Decisions;

/// <summary>
/// What a use case asks of the sign-in for a type is asked of every record of it: also of one whose owner is about to be created, or of
/// which nobody can say whose it is (in a document that names its patient by <c>urn:uuid</c>).
/// </summary>
public sealed class SignInOfNobodysTests
{
    [Theory]
    [InlineData(60, "Condition", false)]
    [InlineData(4, "Condition", true)]
    [InlineData(60, "Observation", true)]
    public void Judge_NewOrUndeterminedOwner_IsAskedForTheSignInOfItsType(int minutes, string type, bool isReleased)
    {
        var view = View(minutes, type);
        var fresh = Asked.Facts("Condition", "99");
        Assert.True(fresh.DeclareNew(PatientId.Parse("99")));
        var unnamed = Asked.Facts("Condition");
        unnamed.NamesNoPatient = true;

        Assert.Equal(isReleased, view.Judge(Asked.Facts("Condition", "99")).Reason == WithholdReason.None);
        Assert.Equal(isReleased, view.Judge(fresh).Reason == WithholdReason.None);
        Assert.Equal(isReleased, view.Judge(unnamed).Reason == WithholdReason.None);
    }

    // What judges the entries of a stored document: the sign-in for their types was not asked when the document was asked for.
    private static ReleasePolicy View(int minutes, string type)
    {
        var grant = TestRegistry.Grant() with
        {
            Types = ["Bundle", "Patient", "Observation", "Condition"],
            Patients = new PatientScope { Any = true },
        };
        var useCase = TestRegistry.UseCase(grants: grant) with
        {
            StepUp = new StepUp { FreshWithinSeconds = 300, Types = [type] },
        };
        var organization = TestRegistry.Organization() with { Kind = OrganizationKind.Internal };
        var snapshot = TestRegistry.Build(TestRegistry.Open(useCase, organization: organization));
        var caller = Asked.Caller() with { AuthenticatedAt = TestRegistry.Now.AddMinutes(-minutes) };
        return Assert.IsType<Permit>(PolicyDecisionPoint.Decide(Asked.For(caller, Asked.Read("Bundle")), snapshot)).Release.OfHeld;
    }
}
