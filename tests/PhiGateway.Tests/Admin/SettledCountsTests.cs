using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Watch;
using Xunit;

namespace PhiGateway.Tests.Admin;

public sealed class SettledCountsTests
{
    private static readonly DateTimeOffset Start = new(2026, 5, 4, 0, 0, 0, TimeSpan.Zero);

    private static readonly AuditCounts Day = new()
    {
        From = Start,
        To = Start.AddDays(1),
        By = [AuditColumn.Client, AuditColumn.Decision],
    };

    private readonly FakeAuditStore _store = new();
    private readonly ManualClock _clock = new();
    private readonly SettledCounts _settled;

    public SettledCountsTests() => _settled = new SettledCounts(_store, _clock);

    [Theory]
    [InlineData(null, 0)]
    [InlineData(null, 6)]
    [InlineData(null, 23)]
    [InlineData(null, 24)]
    [InlineData(3600, 0)]
    [InlineData(3600, 1)]
    [InlineData(3600, 23)]
    [InlineData(7200, 12)]
    public async Task Count_WhereverTheBorderIs_IsThatOfTheWhole(int? step, int hours)
    {
        for (var i = 0; i < 200; i++)
        {
            Add(Start.AddMinutes(i * 7), $"client-{i % 3}", i % 5 == 0 ? "deny" : "permit");
        }

        var counts = Day with { Step = step is { } seconds ? TimeSpan.FromSeconds(seconds) : null };
        var whole = await _store.CountAsync(counts, default);

        // The second time out of what is kept.
        for (var look = 0; look < 2; look++)
        {
            Assert.Equal(Told(whole), Told(await _settled.CountAsync(counts, Start.AddHours(hours), default)));
        }
    }

    [Fact]
    public async Task Count_WhatCameLate_IsInItOnceTheOldCountHasAged()
    {
        var border = Start.AddHours(20);
        Assert.Empty(await _settled.CountAsync(Day, border, default));
        Add(Start.AddHours(3), "late", "permit");
        Add(Start.AddHours(23), "fresh", "permit");

        Assert.Equal("fresh", Assert.Single(await _settled.CountAsync(Day, border, default)).Values[0]);
        _clock.Advance(SettledCounts.Age);
        Assert.Equal(2, (await _settled.CountAsync(Day, border, default)).Count);
    }

    [Fact]
    public async Task Count_OfAnotherQuestion_IsNotAnsweredByWhatIsKept()
    {
        Add(Start.AddHours(3), "one", "permit");
        Add(Start.AddHours(3), "two", "deny");
        var border = Start.AddHours(20);
        Assert.Equal(2, (await _settled.CountAsync(Day, border, default)).Count);

        Assert.Single(await _settled.CountAsync(Day with { Client = "one" }, border, default));
        Assert.Single(await _settled.CountAsync(Day with { Decision = "deny" }, border, default));
        Assert.Equal(2, Assert.Single(await _settled.CountAsync(Day with { By = [] }, border, default)).Count);
        Assert.Empty(await _settled.CountAsync(Day with { Organizations = ["nobody"] }, border, default));
    }

    private static IEnumerable<string> Told(IEnumerable<AuditCount> rows) =>
        rows.Select(static row => $"{row.At:O} {string.Join(' ', row.Values)} {row.Count}").Order(StringComparer.Ordinal);

    private void Add(DateTimeOffset at, string client, string decision) =>
        _store.Entries.Add(
            WatchEventReaderTests.Entry(
                new AuditRecord
                {
                    Id = Guid.CreateVersion7(),
                    Kind = decision == "deny" ? AuditKind.Decision : AuditKind.Disclosure,
                    Event = "read",
                    Time = at,
                    Decision = decision,
                    Client = client,
                },
                _store.Entries.Count
            )
        );
}
