using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;
using static PhiGateway.Tests.Fhir.Requests.LinkTests;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>
/// What comes along shows where a reference points: the records that hold it may leave under the grants of every part that brings their type, and
/// each of these shows the element. And what an operation tells of the whole server is held against every type.
/// </summary>
public sealed class HiddenLinkTests
{
    private static readonly PatientScope Anybody = new() { Any = true };

    private static Grant Searching(params string[] elements) =>
        TestRegistry.Grant() with
        {
            Interactions = ["search"],
            Elements = elements,
        };

    private static Grant Reading(params string[] elements) =>
        TestRegistry.Grant() with
        {
            Interactions = ["read"],
            Elements = elements,
            Includes = ["Observation:has-member", "Observation:performer"],
        };

    // What refers to the matches is of their own type, and leaves under the grants of the search as well.
    [Fact]
    public void Decide_RevIncludeOfTheTypeSearched_IsHeldAgainstTheGrantsOfTheSearchToo()
    {
        const string target = "Observation?patient=17&status=final&_revinclude=Observation:has-member";
        var hiding = Searching("status", "subject") with { Patients = Anybody };

        Assert.Equal(DenyReason.HiddenElement, Refusal(target, hiding, Reading()));
        Assert.Equal(
            DenyReason.HiddenElement,
            Refusal(target, hiding with { Confidentiality = "R" }, Reading() with { Patients = Anybody })
        );
        Assert.Null(Refusal(target, hiding, Reading() with { Patients = Anybody }));
        Assert.Null(Refusal(target, Searching("status", "subject", "hasMember") with { Patients = Anybody }, Reading()));
    }

    // The members come under the grants to read alone.
    [Fact]
    public void Decide_IncludeFromWhatCameAlong_IsHeldAgainstTheGrantsThatBroughtIt()
    {
        const string target = "Observation?patient=17&_include=Observation:has-member&_include:iterate=Observation:performer:Practitioner";
        var hiding = Reading("status", "subject", "hasMember") with { Patients = Anybody };
        var practitioners = TestRegistry.Grant() with
        {
            Types = ["Practitioner"],
            Patients = new PatientScope { None = true },
        };

        Assert.Equal(DenyReason.HiddenElement, Refusal(target, Searching(), hiding, practitioners));
        Assert.Null(Refusal(target, Searching() with { Patients = Anybody }, hiding, practitioners));
        Assert.Null(Refusal(target, Searching(), Reading() with { Patients = Anybody }, practitioners));
        Assert.Null(Refusal("Observation?patient=17&_include=Observation:has-member", Searching(), hiding, practitioners));
    }

    // Tags, profiles and labels of all that the server holds.
    [Fact]
    public void Decide_MetaOfTheServer_IsForWhoSeesEverythingOfEveryType()
    {
        var whole = StageWorld.Whole("$meta") with { Patients = Anybody };
        var accounts = whole with { Types = ["Account"] };

        Assert.NotNull(Refusal("$meta", accounts));
        Assert.NotNull(Refusal("$meta", whole with { Confidentiality = "R" }));
        Assert.Null(Refusal("$meta", whole));
        Assert.Null(Refusal("Account/$meta", accounts));
        Assert.Null(Refusal("Account/1/$meta", accounts));
    }
}
