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

    // Clients come and go for years: what was told of them is not kept for as long.
    [Fact]
    public void Admit_OfManySubjectsOverYears_KnowsThoseOfTheLastWeeksAlone()
    {
        for (var day = 0; day < 1000; day++)
        {
            Assert.NotNull(_fold.Admit(Make("volume-spike", day * 24, subject: $"client/{day}")));
            Assert.Null(_fold.Admit(Make("volume-spike", (day * 24) + 1, subject: $"client/{day}")));
        }

        Assert.InRange(_fold.Told.Count(), 14, 70);
        Assert.InRange(_fold.Incidents.Count(), 1, 70);
        Assert.Null(_fold.Find("volume-spike", "client/0"));

        // The twin: what went on lately is counted still.
        Assert.Equal(1, _fold.Find("volume-spike", "client/999")!.Count);
    }

    // Nothing that is held back is forgotten by the passing of days: nor is what a node that was cut off tells of weeks ago.
    [Theory]
    [InlineData(13, 13)]
    [InlineData(40, 1)]
    public void Admit_WhatIsHeldBack_IsNotToldTwiceAfterASweep(int othersUntil, int again)
    {
        Assert.NotNull(_fold.Admit(Make("volume-spike", 0)));
        for (var day = 1; day <= othersUntil; day++)
        {
            Assert.NotNull(_fold.Admit(Make("off-hours", day * 24, subject: $"client/{day}")));
        }

        Assert.Null(_fold.Admit(Make("volume-spike", again * 24)));
    }

    [Fact]
    public void Admit_WhatGoesOnForMonths_IsToldEveryTwoWeeks()
    {
        var told = 0;
        for (var day = 0; day < 140; day++)
        {
            told += _fold.Admit(Make("volume-spike", day * 24)) is null ? 0 : 1;
        }

        Assert.Equal(10, told);
    }

    [Fact]
    public void Admit_OfTooManyAtOnce_ForgetsTheOldestAndHoldsTheLastBack()
    {
        const int Most = 64;
        var fold = new FindingFold(Most);
        for (var number = 0; number < 10 * Most; number++)
        {
            Assert.NotNull(fold.Admit(Make("volume-spike", 0, subject: $"client/{number}", minutes: number)));
            Assert.InRange(fold.Told.Count(), 1, Most);
            Assert.InRange(fold.Incidents.Count(), 1, Most);
        }

        const int Last = (10 * Most) - 1;
        Assert.Null(fold.Admit(Make("volume-spike", 0, subject: $"client/{Last}", minutes: Last + 1)));
        Assert.Null(fold.Admit(Make("volume-spike", 0, subject: $"client/{Last - (Most / 2)}", minutes: Last + 1)));

        // Better told twice than kept without an end.
        Assert.NotNull(fold.Admit(Make("volume-spike", 0, subject: "client/0", minutes: Last + 1)));
    }

    // Of a file that was kept before anything was forgotten.
    [Fact]
    public void Restore_OfMoreThanIsKept_IsBoundedByTheNextFinding()
    {
        for (var day = 0; day < 500; day++)
        {
            _fold.Restore("volume-spike", $"client/{day}", Start.AddDays(-day), FindingSeverity.High);
        }

        Assert.Null(_fold.Admit(Make("volume-spike", 1, subject: "client/3")));
        Assert.InRange(_fold.Told.Count(), 14, 70);
    }

    private static Finding Make(
        string rule,
        int hours,
        FindingSeverity severity = FindingSeverity.High,
        string subject = "client/acme",
        int minutes = 0
    ) =>
        new()
        {
            Rule = rule,
            Family = "Amount",
            Subject = subject,
            At = Start.AddHours(hours).AddMinutes(minutes),
            Severity = severity,
            Words = "seen",
        };
}
