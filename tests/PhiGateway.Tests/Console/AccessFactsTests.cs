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

    // The twin: of a record of before there is nothing to show.
    [Fact]
    public void Of_ARecordOfBefore_ShowsNothingOfIt() =>
        Assert.Equal(["Client"], AccessFacts.Of(new JsonObject { ["client"] = "acme" }).Select(static fact => fact.Label));
}
