using System.Data.Common;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Audit;

/// <summary>
/// Turns what a query asks of shapes, patients and moments into conditions, and adds their parameters to a command; no value becomes part of
/// the text. Used by every statement that searches or counts.
/// </summary>
internal sealed class AuditFilter(AuditQuery query)
{
    /// <summary>Whether anything that a shape tells is asked for.</summary>
    public bool AsksForShape =>
        query.Kind is not null
        || query.IsOfNoRequest
        || query.Purpose is not null
        || Members().Any(static member => member.Value is not null);

    /// <summary>The first month that can hold anything.</summary>
    public int FirstMonth => query.From is { } from ? AuditMonth.Of(from) : 0;

    /// <summary>The last month that can hold anything; 'to' itself is no longer asked for.</summary>
    public int LastMonth => query.To is { } to ? AuditMonth.Of(to) : int.MaxValue;

    /// <summary>Conditions on <c>audit_shape s</c>, each behind an AND.</summary>
    public string OfShape(DbCommand command, Database database)
    {
        var conditions = string.Empty;
        foreach (var (column, value) in Members())
        {
            if (StorableText.Clean(value) is { } text)
            {
                conditions += $" AND {database.IsTextSql("s." + column, "@" + column, text)}";
                command.With(column, text);
            }
        }

        if (query.Kind is { } kind)
        {
            conditions += " AND s.kind = @kind";
            command.With("kind", (short)kind);
        }

        if (query.IsOfNoRequest)
        {
            // Decision, disclosure, intent, outcome, delivery.
            conditions += " AND s.kind NOT IN (1, 2, 3, 4, 5)";
        }

        if (StorableText.Clean(query.Purpose) is { } purpose)
        {
            // One among several, which stand behind one another.
            conditions += $" AND {database.HasWordSql("s.purpose", "@purpose")}";
            command.With("purpose", purpose);
        }

        return conditions;
    }

    /// <summary>The query's own time, on a table under an alias.</summary>
    public string OfTime(DbCommand command, string alias, Database database)
    {
        var conditions = string.Empty;
        if (query.From is { } from)
        {
            conditions += $" AND {alias}.time >= @from";
            command.With("from", database.Time(from));
        }

        if (query.To is { } to)
        {
            conditions += $" AND {alias}.time < @to";
            command.With("to", database.Time(to));
        }

        return conditions;
    }

    /// <summary>
    /// Conditions on <c>audit_patient p</c> beside <c>audit_event e</c>, by which each record is found once; empty where no patient is asked
    /// for.
    /// </summary>
    /// <remarks>
    /// Security: whoever ships may add rows there. One that leads to a record that does not name the patient leads nowhere.
    /// </remarks>
    public string OfPatients(DbCommand command, Database database) =>
        // Not by an index: a planner must not begin with the records.
        OfPatients(command) is { Length: > 0 } rows
            ? rows + " AND " + database.HoldsSql("e.patient_keys", database.Unindexed("p.patient_key")) + Once(database)
            : string.Empty;

    // A record that names two of the keys has a row for each: that of the first leads to it, where both are there and true. Looked up one by
    // one and not joined. The parameters are those of the condition before it.
    private string Once(Database database) =>
        query.PatientKeys.Count > 1
            ? $"""
                 AND (
                    SELECT count(*) FROM audit_patient o
                    WHERE o.patient_key IN ({EachPatient}) AND o.time = p.time AND o.log = p.log AND o.sequence = p.sequence
                    AND o.patient_key < p.patient_key AND {database.HoldsSql("e.patient_keys", database.Unindexed("o.patient_key"))}
                ) = 0
                """
            : string.Empty;

    private string EachPatient =>
        string.Join(", ", query.PatientKeys.Select(static (_, place) => FormattableString.Invariant($"@patient{place}")));

    /// <summary>The same on <c>audit_patient p</c> alone.</summary>
    public string OfPatients(DbCommand command) =>
        query.PatientKeys.Count > 0
            ? $" AND p.patient_key IN ({command.WithEach("patient", query.PatientKeys.Select(StorableText.Clean))})"
            : string.Empty;

    private IEnumerable<(string Column, string? Value)> Members() =>
        [
            ("client", query.Client),
            ("tenant", query.Tenant),
            ("decision", query.Decision),
            ("reason", query.Reason),
            ("actor", query.Actor),
            ("resource_type", query.ResourceType),
            ("interaction", query.Interaction),
            ("use_case", query.UseCase),
            ("organization", query.Organization),
        ];
}
