using System.Globalization;
using PhiGateway.Admin.AuditEvents;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>Dates by which AuditEvents are searched for: each is as long as it is exact.</summary>
public sealed class AuditEventDateTests
{
    [Theory]
    [InlineData("2026-05-01", "2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z")]
    [InlineData("eq2026-05-01T12:30Z", "2026-05-01T12:30:00Z", "2026-05-01T12:31:00Z")]
    [InlineData("2026-05-01T14:30+02:00", "2026-05-01T12:30:00Z", "2026-05-01T12:31:00Z")]
    [InlineData("le2026-05-01T12:30Z", null, "2026-05-01T12:31:00Z")]
    [InlineData("gt2026-05-01T12:30Z", "2026-05-01T12:31:00Z", null)]
    [InlineData("ge2026-05-01T12:30Z", "2026-05-01T12:30:00Z", null)]
    [InlineData("lt2026-05-01T12:30Z", null, "2026-05-01T12:30:00Z")]
    [InlineData("2026-05-01T12:30:05Z", "2026-05-01T12:30:05Z", "2026-05-01T12:30:06Z")]
    [InlineData("2026-05-01T12:30:05-05:00", "2026-05-01T17:30:05Z", "2026-05-01T17:30:06Z")]
    [InlineData("2026-05-01T12:30:05.5Z", "2026-05-01T12:30:05.5Z", "2026-05-01T12:30:05.6Z")]
    [InlineData("2026-05-01T12:30:05.123Z", "2026-05-01T12:30:05.123Z", "2026-05-01T12:30:05.124Z")]
    [InlineData("2026-05-01T12:30:05.123456Z", "2026-05-01T12:30:05.123456Z", "2026-05-01T12:30:05.123457Z")]
    public void Date_OfAnyExactness_IsTheWholeOfIt(string value, string? from, string? to)
    {
        Assert.False(EventQueryReader.Read([KeyValuePair.Create("date", value)], isBody: false).Failed(out _, out var query));
        Assert.Equal((Moment(from), Moment(to)), (query!.From, query.To));
    }

    [Theory]
    [InlineData("ne2026-05-01T12:30Z")]
    [InlineData("12:30")]
    public void Date_ThatCannotBeRead_IsRefused(string value) =>
        Assert.True(EventQueryReader.Read([KeyValuePair.Create("date", value)], isBody: false).Failed(out _, out _));

    private static DateTimeOffset? Moment(string? text) =>
        text is null ? null : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
