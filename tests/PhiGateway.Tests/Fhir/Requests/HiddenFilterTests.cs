using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;
using static PhiGateway.Tests.Fhir.Requests.LinkTests;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>
/// What a client may not see is no filter and no order, under whichever of its grants a record that is found may leave; and who is named
/// where a patient may be named is seen, or is not asked about.
/// </summary>
public sealed class HiddenFilterTests
{
    private const string Systolic = "http://loinc.org|8480-6";

    private static Grant Searching(string type, params string[] elements) =>
        TestRegistry.Grant() with
        {
            Types = [type],
            Interactions = ["search"],
            Elements = elements,
        };

    // A record bears the code of the grant and that of the request: two codings of one concept, two categories.
    [Theory]
    [InlineData("code", Systolic, "code=urn:local|SYS")]
    [InlineData("code", Systolic, "code=8462-4")]
    [InlineData("category", "vital-signs", "category=laboratory")]
    public void Decide_FilterByWhatTheOnlyGrantHides_IsRefusedWhateverCodeIsAskedFor(string parameter, string value, string asked)
    {
        var hiding = Searching("Observation", "status", "code", "category", "subject") with { Where = Where(parameter, value) };
        var masking = Searching("Observation") with { Where = Where(parameter, value), Masks = ["value"] };

        foreach (var grant in new[] { hiding, masking })
        {
            Assert.Equal(DenyReason.HiddenElement, Refusal($"Observation?patient=17&{asked}&value-quantity=gt140", grant));
            Assert.Equal(DenyReason.HiddenElement, Refusal($"Observation?patient=17&{asked}&_sort=value-quantity", grant));
            Assert.Null(Refusal($"Observation?patient=17&{asked}&status=final", grant));
        }
    }

    // Of the records that are found all come under the grant that shows, or one that hides takes in more of them.
    [Theory]
    [InlineData("code=http://loinc.org|2345-7", null)]
    [InlineData("code=2345-7", "hidden-element")]
    [InlineData("code=http://loinc.org|2345-7,urn:local|SYS", "hidden-element")]
    [InlineData("code=urn:local|SYS", "hidden-element")]
    public void Decide_OneGrantShowsAndOneHides_PassesForTheCodeOfTheShowing(string asked, string? reason)
    {
        var showing = Searching("Observation") with { Where = Where("code", "http://loinc.org|2345-7") };
        var hiding = Searching("Observation", "status", "code") with { Where = Where("code", Systolic) };

        Assert.Equal(reason, Refusal($"Observation?patient=17&{asked}&value-quantity=gt140", showing, hiding)?.Code);
    }

    [Fact]
    public void Decide_TheGrantThatHidesReachesFurther_IsRefused()
    {
        const string target = "Observation?patient=17&category=laboratory&value-quantity=gt140";
        var showing = Searching("Observation") with { Where = Where("category", "laboratory") };
        var hiding = Searching("Observation", "status") with { Where = Where("category", "vital-signs") };

        Assert.Null(Refusal(target, showing, hiding));
        Assert.Equal(DenyReason.HiddenElement, Refusal(target, showing, hiding with { Patients = new PatientScope { Any = true } }));
        Assert.Equal(DenyReason.HiddenElement, Refusal(target, showing, hiding with { Confidentiality = "R" }));
        Assert.Equal(DenyReason.HiddenElement, Refusal(target, showing, hiding with { Labels = ["HIV"] }));
        Assert.Null(
            Refusal(
                target,
                showing with
                {
                    Labels = ["HIV"],
                    Patients = new PatientScope { Any = true },
                },
                hiding
            )
        );
    }

    // Of a status there is one: what another grant shows less of cannot be among what is asked for.
    [Fact]
    public void Decide_HiddenUnderAnotherStatus_Passes()
    {
        var final = Searching("Observation") with { Where = Where("status", "final") };
        var others = Searching("Observation", "status") with { Where = Where("status", "preliminary"), Confidentiality = "R" };

        Assert.Null(Refusal("Observation?patient=17&status=final&value-quantity=gt140", final, others));
        Assert.Equal(
            DenyReason.HiddenElement,
            Refusal("Observation?patient=17&status=final,preliminary&value-quantity=gt140", final, others)
        );
    }

    // What the search finds may leave as what an include of the same type brings, under the grants of that.
    [Fact]
    public void Decide_WhatIsFoundMayLeaveByAnInclude_IsHeldAgainstItsGrantsToo()
    {
        const string target = "Observation?patient=17&value-quantity=gt140";
        var searching = Searching("Observation") with { Includes = ["Observation:has-member"] };
        var reading = TestRegistry.Grant() with { Interactions = ["read"], Elements = ["status", "hasMember"], Confidentiality = "R" };

        Assert.Null(Refusal(target, searching, reading));
        Assert.Equal(DenyReason.HiddenElement, Refusal(target + "&_include=Observation:has-member", searching, reading));
        Assert.Null(Refusal(target + "&_include=Observation:has-member", searching, reading with { Confidentiality = "N" }));
    }

    // Who takes part is withheld; whose record it is is not.
    [Theory]
    [InlineData("Appointment?patient=17", null)]
    [InlineData("Appointment?actor=Patient/17", null)]
    [InlineData("Appointment?patient.birthdate=1980-01-01", null)]
    [InlineData("Appointment?actor:Patient.birthdate=1980-01-01", null)]
    [InlineData("Appointment?patient=17&_sort=patient", null)]
    [InlineData("Patient?_id=17&_has:Appointment:actor:status=booked", null)]
    [InlineData("Appointment?patient=17&actor=Practitioner/psych1", "hidden-element")]
    [InlineData("Appointment?actor=Practitioner/psych1", "hidden-element")]
    [InlineData("Appointment?patient=17&actor:Practitioner.name=Smith", "hidden-element")]
    [InlineData("Appointment?patient=17&actor.name=Smith", "hidden-element")]
    [InlineData("Appointment?patient=17&_sort=actor", "hidden-element")]
    [InlineData("Practitioner?_has:Appointment:actor:status=booked", "hidden-element")]
    [InlineData("Practitioner/psych1/Appointment?patient=17", "hidden-element")]
    public void Decide_ByWhoTakesPart_IsHeldAgainstTheElements(string target, string? reason)
    {
        var others = Searching("Patient") with
        {
            Types = ["Patient", "Practitioner"],
            Patients = new PatientScope { Any = true },
            Includes = ["_has:Appointment:actor"],
        };
        var hiding = Searching("Appointment", "status", "start");
        var masking = Searching("Appointment") with { Masks = ["participant"] };

        Assert.Equal(reason, Refusal(target, hiding, others)?.Code);
        Assert.Equal(reason, Refusal(target, masking, others)?.Code);
        Assert.Null(Refusal(target, Searching("Appointment", "status", "participant"), others));
    }

    private static Dictionary<string, string> Where(string parameter, string value) => new() { [parameter] = value };
}
