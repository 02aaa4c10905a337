using System.Globalization;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Console.Parts;

/// <summary>Numbers, spans and codes as people read them; the same on every page.</summary>
internal static class Words
{
    /// <summary>Such as <c>4,812</c>.</summary>
    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number with its noun.</summary>
    public static string Count(long value, string one, string many) => $"{Number(value)} {(value == 1 ? one : many)}";

    /// <summary>Such as <c>2026-11-29 04:30</c>.</summary>
    public static string Minute(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>A day.</summary>
    public static string Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "–";

    /// <summary>How long ago, in the largest unit that fits.</summary>
    public static string Ago(TimeSpan span) =>
        span switch
        {
            { TotalSeconds: < 2 } => "just now",
            { TotalMinutes: < 2 } => $"{(int)span.TotalSeconds} s ago",
            { TotalHours: < 2 } => $"{(int)span.TotalMinutes} min ago",
            { TotalDays: < 2 } => $"{(int)span.TotalHours} h ago",
            _ => $"{(int)span.TotalDays} days ago",
        };

    /// <summary>How long, in the largest unit that fits.</summary>
    public static string Span(TimeSpan span) =>
        span switch
        {
            { TotalMinutes: < 2 } => Count((int)span.TotalSeconds, "second", "seconds"),
            { TotalHours: < 2 } => $"{(int)span.TotalMinutes} minutes",
            { TotalDays: < 2 } => $"{(int)span.TotalHours} hours",
            _ => $"{(int)span.TotalDays} days",
        };

    /// <summary>Days from a day to another, in words.</summary>
    public static string DaysLeft(DateOnly end, DateOnly today) =>
        (end.DayNumber - today.DayNumber) switch
        {
            < 0 => "ended",
            0 => "ends today",
            1 => "1 day left",
            var days => $"{Number(days)} days left",
        };

    /// <summary>A part of a whole against what is usual, such as <c>3.1 times the usual</c>.</summary>
    public static string Against(long value, long usual)
    {
        if (usual == 0)
        {
            return value == 0 ? "as usual" : "usually none";
        }

        var ratio = (double)value / usual;
        return ratio is > 0.8 and < 1.25 ? "about as usual" : string.Create(CultureInfo.InvariantCulture, $"{ratio:0.#} times the usual");
    }

    /// <summary>What a refusal says to the client; the code itself when it is of another version.</summary>
    public static string Reason(string? code) => code is null ? string.Empty : DenyReason.Find(code)?.PublicText ?? code;

    /// <summary>An enum's name as it stands in documents.</summary>
    public static string Kebab<T>(T value)
        where T : struct, Enum => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    /// <summary>The value of which it is the name in documents; null: of none.</summary>
    public static T? ValueOf<T>(string text)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (Kebab(value) == text)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>Style of a decision.</summary>
    public static string StyleOf(string? decision) =>
        decision switch
        {
            "permit" => "allow",
            "deny" => "deny",
            "error" or "unknown" => "warn",
            _ => "quiet",
        };
}
