using System.Globalization;
using Microsoft.Extensions.Primitives;
using PhiGateway.Admin.Calls;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Trail;

/// <summary>A count of the trail as asked for; read from a query string, or made by the console.</summary>
/// <param name="From">From this moment on.</param>
/// <param name="To">Before this moment.</param>
/// <param name="StepSeconds">Length of one step of time; null: the whole of it is one.</param>
/// <param name="By">Columns: decision, reason, client, tenant, organization, resource-type, interaction; at most three.</param>
/// <param name="Client">Registered client.</param>
/// <param name="Tenant">Tenant.</param>
/// <param name="Decision">permit, deny or error.</param>
/// <param name="Reason">Code of a deny reason.</param>
/// <param name="Limit">Most rows, those with the highest counts.</param>
/// <param name="Organization">Who runs the client.</param>
internal sealed record TrafficQuery(
    DateTimeOffset? From = null,
    DateTimeOffset? To = null,
    int? StepSeconds = null,
    string? By = null,
    string? Client = null,
    string? Tenant = null,
    string? Decision = null,
    string? Reason = null,
    int? Limit = null,
    string? Organization = null
)
{
    // A picture has fewer; above it somebody wants the records.
    private const int MostSteps = 2000;

    /// <summary>Only of these organizations, for a page that shows so many; empty: by <see cref="Organization"/> alone.</summary>
    public IReadOnlyList<string> Organizations { get; init; } = [];

    /// <summary>
    /// For a page that is looked at again and again: what lies before this moment, a whole number of steps behind the beginning, may have been
    /// counted up to <see cref="SettledCounts.Age"/> ago; null: everything is counted now.
    /// </summary>
    public DateTimeOffset? SettledBefore { get; init; }

    /// <summary>For so long a page counts this again by itself, which the record of the look says; null: it is counted once.</summary>
    public TimeSpan? LiveFor { get; init; }

    /// <summary>
    /// Security: whether a page counts this again by itself within a look that is on record, so that it is no further look. No call of the API
    /// says so.
    /// </summary>
    public bool IsGoingOn { get; init; }

    private static readonly TimeSpan Longest = TimeSpan.FromDays(400);

    /// <summary>Reads the parameters of a call.</summary>
    public static Outcome<TrafficQuery> Read(IEnumerable<KeyValuePair<string, StringValues>> parameters)
    {
        var query = new TrafficQuery();
        foreach (var (name, values) in parameters)
        {
            if (values is not [{ Length: > 0 } value] || Apply(query, name, value) is not { } next)
            {
                return AdminProblem.BadParameter(
                    name.Length <= 64 ? name : name[..64],
                    "there is no such filter, or its value cannot be read."
                );
            }

            query = next;
        }

        return query;
    }

    /// <summary>The store's form.</summary>
    public Outcome<AuditCounts> ToStore()
    {
        if (From is not { } from || To is not { } to || from >= to || to - from > Longest)
        {
            return AdminProblem.BadParameter("from", "with 'to' after it, at most 400 days apart, is required.");
        }

        if (StepSeconds is { } step && (step < 1 || (to - from).TotalSeconds / step > MostSteps))
        {
            return AdminProblem.BadParameter("step", $"seconds are expected, such that there are at most {MostSteps} steps.");
        }

        if (Limit is < 1 or > AuditCounts.MostRows)
        {
            return AdminProblem.BadParameter("limit", $"a number from 1 to {AuditCounts.MostRows} is expected.");
        }

        if (Decision is not (null or "permit" or "deny" or "error"))
        {
            return AdminProblem.BadParameter("decision", "permit, deny or error is expected.");
        }

        if (Reason is not null && DenyReason.Find(Reason) is null)
        {
            return AdminProblem.BadParameter("reason", "there is no such reason of a refusal.");
        }

        var columns = new List<AuditColumn>();
        foreach (var name in By?.Split(',') ?? [])
        {
            if (ColumnOf(name) is not { } column || columns.Contains(column) || columns.Count == AuditCounts.MostColumns)
            {
                return AdminProblem.BadParameter(
                    "by",
                    "up to three of decision, reason, client, tenant, organization, resource-type and interaction are expected, each once."
                );
            }

            columns.Add(column);
        }

        return new AuditCounts
        {
            From = from,
            To = to,
            Step = StepSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            By = columns,
            Client = Client,
            Tenant = Tenant,
            Decision = Decision,
            Reason = Reason,
            Organizations = Organization is null ? Organizations : [Organization],
            Limit = Limit ?? AuditCounts.MostRows,
        };
    }

    private static TrafficQuery? Apply(TrafficQuery query, string name, string value) =>
        name switch
        {
            "from" => TrailQueryReader.Moment(value) is { } from ? query with { From = from } : null,
            "to" => TrailQueryReader.Moment(value) is { } to ? query with { To = to } : null,
            "step" => Number(value) is { } step ? query with { StepSeconds = step } : null,
            "by" => query with { By = value },
            "client" => query with { Client = value },
            "tenant" => query with { Tenant = value },
            "decision" => query with { Decision = value },
            "reason" => query with { Reason = value },
            "organization" => query with { Organization = value },
            "limit" => Number(value) is { } limit ? query with { Limit = limit } : null,
            _ => null,
        };

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static AuditColumn? ColumnOf(string name) =>
        name switch
        {
            "decision" => AuditColumn.Decision,
            "reason" => AuditColumn.Reason,
            "client" => AuditColumn.Client,
            "tenant" => AuditColumn.Tenant,
            "organization" => AuditColumn.Organization,
            "resource-type" => AuditColumn.ResourceType,
            "interaction" => AuditColumn.Interaction,
            _ => null,
        };
}
