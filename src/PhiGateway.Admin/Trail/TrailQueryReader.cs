using System.Globalization;
using Microsoft.Extensions.Primitives;
using PhiGateway.Admin.Calls;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Validation;

namespace PhiGateway.Admin.Trail;

/// <summary>Reads a search from the query string; a patient may only stand in the header, since URLs end up in logs.</summary>
internal static class TrailQueryReader
{
    public const string PatientHeader = "X-Patient";

    private static readonly string[] Known =
    [
        "from",
        "to",
        "client",
        "tenant",
        "decision",
        "reason",
        "kind",
        "id",
        "actor",
        "withheld",
        "organization",
        "use_case",
        "type",
        "interaction",
        "purpose",
        "token",
        "peer",
        "task",
        "agreement",
        "through",
        "event",
        "limit",
        "cursor",
    ];

    /// <summary>Reads the parameters of the query and the header with the patient.</summary>
    public static Outcome<TrailQuery> Read(IEnumerable<KeyValuePair<string, StringValues>> parameters, StringValues patient)
    {
        var query = new TrailQuery();
        foreach (var (name, values) in parameters)
        {
            if (values is not [{ Length: > 0 } value])
            {
                return AdminProblem.BadParameter(name, "one value is expected.");
            }

            var next = Apply(query, name, value);
            if (next is null)
            {
                if (name == "patient")
                {
                    return AdminProblem.BadParameter(
                        name,
                        $"a patient never stands in a URL; send the header {PatientHeader} or POST audit:search."
                    );
                }

                if (name == "resource")
                {
                    return AdminProblem.BadParameter(name, "a resource never stands in a URL; POST audit:search.");
                }

                return AdminProblem.BadParameter(
                    name.Length <= 64 ? name : name[..64],
                    Known.Contains(name) ? "its value cannot be read." : $"there is no such filter.{NearestName.Hint(name, Known)}"
                );
            }

            query = next;
        }

        return patient.Count switch
        {
            0 => query,
            1 => query with { Patient = patient[0] },
            _ => AdminProblem.BadHeader(PatientHeader, "it stands twice."),
        };
    }

    private static TrailQuery? Apply(TrailQuery query, string name, string value) =>
        name switch
        {
            "from" => Moment(value) is { } from ? query with { From = from } : null,
            "to" => Moment(value) is { } to ? query with { To = to } : null,
            "client" => query with { Client = value },
            "tenant" => query with { Tenant = value },
            "withheld" => bool.TryParse(value, out var withheld) ? query with { Withheld = withheld } : null,
            "decision" => query with { Decision = value },
            "reason" => query with { Reason = value },
            "kind" => Kind(value) is { } kind ? query with { Kind = kind } : null,
            "id" => Guid.TryParse(value, out var id) ? query with { Id = id } : null,
            "actor" => query with { Actor = value },
            "organization" => query with { Organization = value },
            "use_case" => query with { UseCase = value },
            "type" => query with { Type = value },
            "interaction" => query with { Interaction = value },
            "purpose" => query with { Purpose = value },
            "token" => query with { Token = value },
            "peer" => query with { Peer = value },
            "task" => query with { Task = value },
            "agreement" => query with { Agreement = value },
            "through" => query with { Through = value },
            "event" => query with { Event = value },
            "limit" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
                ? query with
                {
                    Limit = limit,
                }
                : null,
            "cursor" => query with { Cursor = value },
            _ => null,
        };

    // A moment without an offset would mean another moment on another machine, and one that begins with a day or a month another one to
    // somebody from elsewhere: the year comes first, as ISO 8601 has it.
    public static DateTimeOffset? Moment(string text) =>
        text.Length >= "yyyy-MM".Length
        && text[4] == '-'
        && !text.AsSpan(0, 4).ContainsAnyExceptInRange('0', '9')
        && DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var moment
        )
            ? moment
            : null;

    private static AuditKind? Kind(string text) =>
        text.All(static c => char.IsAsciiLetterLower(c) || c == '-')
        && Enum.TryParse<AuditKind>(text.Replace("-", string.Empty, StringComparison.Ordinal), ignoreCase: true, out var kind)
            ? kind
            : null;
}
