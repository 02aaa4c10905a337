using System.Text.Json;
using System.Text.Json.Serialization;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Validation;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Rosters;

/// <summary>One membership as it is sent: a line of an import, or the body of a PUT. PHI.</summary>
public sealed record MemberLine
{
    /// <summary>Logical id of the Patient; required in an import, left out of a PUT.</summary>
    [JsonPropertyName("patient")]
    public string? Patient { get; init; }

    /// <summary>First moment of the membership; absent: always was.</summary>
    [JsonPropertyName("from")]
    public DateTimeOffset? From { get; init; }

    /// <summary>First moment no longer a member; absent: open-ended.</summary>
    [JsonPropertyName("until")]
    public DateTimeOffset? Until { get; init; }

    /// <summary>Which feed or person said so.</summary>
    [JsonPropertyName("source")]
    public string? Source { get; init; }

    /// <summary>Removes the membership instead; in an import only.</summary>
    [JsonPropertyName("remove")]
    public bool Remove { get; init; }

    /// <summary>Reads one line; the code says what is wrong, never what stands there.</summary>
    internal static MemberLine? Read(ReadOnlySpan<byte> utf8, out string code)
    {
        try
        {
            var line = JsonSerializer.Deserialize<MemberLine>(utf8, AdminJson.Options);
            code = line is null ? "malformed-line" : line.Check();
            return code.Length == 0 ? line : null;
        }
        catch (JsonException fault)
        {
            code = CodeOf(fault.Path);
            return null;
        }
    }

    // Which member, when it is one of ours: what else stands there may be a patient.
    private static string CodeOf(string? path)
    {
        if (path is null || !path.StartsWith("$.", StringComparison.Ordinal))
        {
            return "malformed-line";
        }

        var name = path[2..];
        return name is "patient" or "from" or "until" or "source" or "remove" ? "malformed-" + name : "unknown-member";
    }

    internal RosterMember ToMember(string roster) => new(roster, PatientId.Parse(Patient!), From, Until, Source);

    internal string Check()
    {
        if (!PatientId.TryParse(Patient, out _))
        {
            return "malformed-patient";
        }

        if (From >= Until)
        {
            return "until-not-after-from";
        }

        if (Source is { Length: > 256 })
        {
            return "source-too-long";
        }

        return Source is null || ShownText.IsLine(Source) ? string.Empty : "malformed-source";
    }
}
