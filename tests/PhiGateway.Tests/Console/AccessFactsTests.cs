using System.Text.Json.Nodes;
using PhiGateway.Console.Pages.Access;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>The page of one access shows on what it rested, and nobody's name or task.</summary>
public sealed class AccessFactsTests
{
    [Fact]
    public void Of_ARecordThatSaysOnWhatItRested_ShowsItWithoutTasksAndDays()
    {
        var record = JsonNode
            .Parse(
                """
                {"kind":"disclosure","agreement":"baa-1","approval":"a-1","approvers":["anna@hospital.example","arno@hospital.example"],
                "patients":["p-1"],"coveredBy":["roster/ward-3@2026-01-01T00:00:00Z/..+task/intake-of-p-1"]}
                """
            )!
            .AsObject();

        Assert.Equal(
            [
                ("Agreement then", "baa-1"),
                ("Approval then", "a-1"),
                ("Approved by", "anna@hospital.example, arno@hospital.example"),
                ("Patients covered by", "roster/ward-3, task"),
            ],
            AccessFacts.Of(record).Select(static fact => (fact.Label, fact.Text))
        );
    }

    // Each name leads on: to what it names, or to what else it did.
    [Fact]
    public void Of_ARecordThatNamesThings_LeadsToThem()
    {
        var record = JsonNode
            .Parse(
                """
                {"event":"client.suspend","actor":"mary@hospital.example","target":"client/acme","organization":"acme-inc","useCase":"labs",
                "agreement":"baa-1","peer":"203.0.113.7","note":"odd calls"}
                """
            )!
            .AsObject();

        Assert.Equal(
            [
                ("Event", "/console/audit?event=client.suspend"),
                ("Person", "/console/audit?actor=mary%40hospital.example"),
                ("About", "/console/clients/acme"),
                ("Use case", "/console/audit?use_case=labs"),
                ("Organization", "/console/vendors?q=acme-inc#acme-inc"),
                ("Agreement then", "/console/audit?agreement=baa-1"),
                ("Address", "/console/audit?peer=203.0.113.7"),
                ("Note", null),
            ],
            AccessFacts.Of(record).Select(static fact => (fact.Label, fact.Href))
        );
    }

    // The twin: of a record of before there is nothing to show.
    [Fact]
    public void Of_ARecordOfBefore_ShowsNothingOfIt() =>
        Assert.Equal(["Client"], AccessFacts.Of(new JsonObject { ["client"] = "acme" }).Select(static fact => fact.Label));
}
