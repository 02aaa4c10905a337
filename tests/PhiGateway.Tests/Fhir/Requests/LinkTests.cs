using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>
/// A reference that a client may not see is not told by what comes along by it either: by an include in any direction, or by asking in the
/// compartment of what it points at.
/// </summary>
public sealed class LinkTests
{
    private static readonly string[] Everyones =
    [
        "Observation:performer",
        "Observation:subject",
        "Observation:encounter",
        "Encounter:participant",
        "Provenance:agent",
        "Provenance:target",
        "Observation:has-member",
        "Observation:subject:Patient",
        "Provenance:target:Observation",
    ];

    private static Grant Hiding(string type, params string[] elements) =>
        TestRegistry.Grant() with
        {
            Types = [type],
            Elements = elements,
            Includes = Everyones,
        };

    private static Grant Whole(params string[] types) => TestRegistry.Grant() with { Types = types };

    [Theory]
    [InlineData("Observation?patient=17&_include=Observation:performer")]
    [InlineData("Observation?patient=17&_include=Observation:performer:Practitioner")]
    [InlineData("Observation?patient=17&_revinclude=Observation:has-member")]
    [InlineData("Encounter?patient=17&_revinclude=Observation:encounter")]
    [InlineData("Provenance?patient=17&_include=Provenance:target&_include:iterate=Observation:performer")]
    [InlineData("Practitioner/1/Observation?patient=17")]
    [InlineData("Encounter/1/Observation")]
    [InlineData("Encounter/1/*?_type=Observation")]
    public void Decide_ByAReferenceThatIsHidden_IsRefusedAndByOneThatIsShownPasses(string target)
    {
        var others = Whole("Practitioner", "Encounter", "Provenance", "Patient", "Organization", "PractitionerRole");

        Assert.Equal(DenyReason.HiddenElement, Refusal(target, Hiding("Observation", "status", "code", "subject"), others));
        Assert.Null(Refusal(target, Hiding("Observation", "code", "performer", "encounter", "hasMember"), others));
        Assert.Null(Refusal(target, Whole("Observation") with { Includes = Everyones }, others));
    }

    // Whose record it is stands in the open.
    [Theory]
    [InlineData("Observation?patient=17&_include=Observation:subject")]
    [InlineData("Observation?patient=17&_include=Observation:subject:Patient")]
    [InlineData("Patient?_id=17&_revinclude=Observation:subject")]
    [InlineData("Patient/17/Observation")]
    public void Decide_ByTheReferenceToTheOwner_Passes(string target) =>
        Assert.Null(Refusal(target, Hiding("Observation", "code"), Whole("Patient", "Device")));

    // What else is named where an owner may be does not: a Provenance's target is no patient's name.
    [Theory]
    [InlineData("Observation?patient=17&_revinclude=Provenance:target")]
    [InlineData("Provenance?patient=17&_include=Provenance:target:Observation")]
    public void Decide_ByWhatAProvenanceSpeaksOf_NeedsThatToBeShown(string target)
    {
        Assert.Equal(DenyReason.HiddenElement, Refusal(target, Whole("Observation"), Hiding("Provenance", "recorded"), Whole("Patient")));
        Assert.Null(Refusal(target, Whole("Observation"), Hiding("Provenance", "recorded", "target"), Whole("Patient")));
    }

    // An include without a type to several: what does not lead to the patient falls out.
    [Fact]
    public void Decide_IncludeOfTheOwnerWhoIsHidden_BringsPatientsOnly()
    {
        var request = RequestFixture.Understood("GET", "/fhir/Observation?patient=17&_include=Observation:subject");

        var hidden = Assert.IsType<Permit>(Decide(request, Hiding("Observation", "code"), Whole("Patient", "Device")));
        var shown = Assert.IsType<Permit>(Decide(request, Hiding("Observation", "code", "subject"), Whole("Patient", "Device")));

        Assert.True(hidden.Release.Types.Contains(ResourceType.Patient));
        Assert.False(hidden.Release.Types.Contains(ResourceType.Parse("Device")));
        Assert.True(shown.Release.Types.Contains(ResourceType.Parse("Device")));
    }

    // Another grant that hides it matters only where its records can come.
    [Theory]
    [InlineData("Observation?patient=17&category=laboratory&_include=Observation:performer", true)]
    [InlineData("Observation?patient=17&category=vital-signs&_include=Observation:performer", false)]
    [InlineData("Observation?patient=17&_include=Observation:performer", false)]
    public void Decide_HiddenUnderAGrantOfOtherRecords_IsNoMatterToThese(string target, bool passes)
    {
        var laboratory = Whole("Observation") with { Where = Category("laboratory"), Includes = Everyones };
        var vital = Hiding("Observation", "code", "category") with { Where = Category("vital-signs") };

        var refusal = Refusal(target, laboratory, vital, Whole("Practitioner", "PractitionerRole", "Organization", "Patient"));

        Assert.Equal(passes ? null : DenyReason.HiddenElement, refusal);
    }

    // Of all that a type points at, what is hidden falls out.
    [Fact]
    public void Decide_EveryInclude_IsOfWhatIsShown()
    {
        var request = RequestFixture.Understood("GET", "/fhir/Observation?patient=17&_include=Observation:*");

        var decision = Decide(request, Hiding("Observation", "encounter", "status"), Whole("Encounter", "Practitioner", "Patient"));

        var sent = UpstreamCallFactory.Create(request, Assert.IsType<Permit>(decision)).PathAndQuery;
        Assert.Contains("Observation:encounter:Encounter", sent, StringComparison.Ordinal);
        Assert.Contains("Observation:subject:Patient", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("performer", sent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Observation:subject", null)]
    [InlineData("Observation:performer", "hidden-element")]
    public void Decide_EveryIncludeOfWhichOneIsNamed_StandsOrFallsWithThat(string named, string? refusal)
    {
        var request = RequestFixture.Understood("GET", "/fhir/Observation?patient=17&_include=Observation:*");

        var decision = Decide(
            request,
            Hiding("Observation", "status") with
            {
                Includes = [named],
            },
            Whole("Practitioner", "Patient", "Organization")
        );

        Assert.Equal(refusal, (decision as Deny)?.Reason.Code);
    }

    private static Dictionary<string, string> Category(string code) => new() { ["category"] = code };

    internal static DenyReason? Refusal(string target, params Grant[] grants) =>
        (Decide(RequestFixture.Understood("GET", "/fhir/" + target), grants) as Deny)?.Reason;

    private static Decision Decide(FhirRequest request, params Grant[] grants) =>
        PolicyDecisionPoint.Decide(
            Asked.For(Asked.Caller(), [.. request.Parts]),
            TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grants)))
        );
}
