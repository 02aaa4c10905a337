using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Findings;
using Xunit;

namespace PhiGateway.Tests.Watch;

/// <summary>What the fold holds back is told to nobody, and counted for whoever looks at what was told.</summary>
public sealed class FindingFoldTests
{
    private static readonly DateTimeOffset Start = new(2026, 5, 4, 9, 0, 0, TimeSpan.Zero);

    private readonly FindingFold _fold = new();

    [Fact]
    public void Admit_WhatGoesOn_IsHeldBackAndCountedWithItsLastMoment()
    {
        Assert.NotNull(_fold.Admit(Make("volume-spike", 0)));
        Assert.Null(_fold.Find("volume-spike", "client/acme"));
        Assert.Null(_fold.Admit(Make("volume-spike", 1)));
        Assert.Null(_fold.Admit(Make("volume-spike", 30)));
        Assert.Null(_fold.Admit(Make("volume-spike", 5)));

        Assert.Equal(new Repetition(Start.AddHours(30), 3), _fold.Find("volume-spike", "client/acme"));
        Assert.Null(_fold.Find("volume-spike", "client/other"));
    }

    [Fact]
    public void Admit_WhatAnotherRuleOfTheFamilySees_CountsForTheAlertThatWasRaised()
    {
        Assert.NotNull(_fold.Admit(Make("volume-spike", 0)));
        Assert.True(_fold.Admit(Make("enumeration", 1))!.IsFurther);
        Assert.Null(_fold.Admit(Make("enumeration", 2)));

        Assert.Equal(new Repetition(Start.AddHours(2), 2), _fold.Find("volume-spike", "client/acme"));
    }

    [Fact]
    public void Admit_WhatIsWorse_IsToldAndCountedAnew()
    {
        Assert.NotNull(_fold.Admit(Make("volume-spike", 0)));
        Assert.Null(_fold.Admit(Make("volume-spike", 1)));
        Assert.NotNull(_fold.Admit(Make("volume-spike", 2, FindingSeverity.Critical)));
        Assert.Null(_fold.Find("volume-spike", "client/acme"));

        Assert.Null(_fold.Admit(Make("volume-spike", 3)));
        Assert.Equal(1, _fold.Find("volume-spike", "client/acme")!.Count);
    }

    // A clock that was ahead for a moment does not silence a rule for years.
    [Fact]
    public void Admit_AfterWhatWasToldOfATimeToCome_IsToldAsNew()
    {
        Assert.NotNull(_fold.Admit(Make("volume-spike", 70 * 365 * 24)));
        Assert.False(_fold.Admit(Make("volume-spike", 0))!.IsFurther);
        Assert.Null(_fold.Admit(Make("volume-spike", 1)));
    }

    private static Finding Make(string rule, int hours, FindingSeverity severity = FindingSeverity.High) =>
        new()
        {
            Rule = rule,
            Family = "Amount",
            Subject = "client/acme",
            At = Start.AddHours(hours),
            Severity = severity,
            Words = "seen",
        };
}
