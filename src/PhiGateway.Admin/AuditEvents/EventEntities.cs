using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.AuditEvents;

/// <summary>Says what an event was about: one patient, what was released or asked, the rule, the place in the log.</summary>
internal static class EventEntities
{
    private const string LogSystem = "urn:phi-gateway:log:";

    /// <summary>The entities, the patient's first.</summary>
    /// <param name="entry">The stored record …</param>
    /// <param name="record">… and what it says.</param>
    /// <param name="profile">The event's profile.</param>
    /// <param name="patient">Whose event it is; null: nobody's.</param>
    /// <param name="coverage">By what that patient was covered; null: the record does not say.</param>
    public static IReadOnlyList<FhirEntity> Of(AuditEntry entry, AuditRecord record, string profile, string? patient, string? coverage)
    {
        var entities = new List<FhirEntity>(4);
        if (patient is not null)
        {
            entities.Add(new FhirEntity(FhirCoding.Person, FhirCoding.PatientRole) { Reference = "Patient/" + patient });
        }

        Data(entities, record, profile);
        if (record.Target is { } target)
        {
            entities.Add(
                new FhirEntity(FhirCoding.SystemObject, FhirCoding.SecurityResource)
                {
                    System = "urn:phi-gateway:registry",
                    Identifier = target,
                    Details = Digests(record),
                }
            );
        }

        if (profile is EventProfiles.Delete or EventProfiles.PatientDelete)
        {
            // IHE closes this one: nothing else may stand in it.
            return entities;
        }

        if (record.Method is not null)
        {
            entities.Add(
                new FhirEntity(FhirCoding.RequestId)
                {
                    Identifier = (record.ParentId == Guid.Empty ? record.Id : record.ParentId).ToString("D"),
                }
            );
        }

        entities.Add(
            new FhirEntity(FhirCoding.OtherEntity, FhirCoding.DataRepository)
            {
                System = LogSystem + entry.Log,
                Identifier = entry.Sequence.ToString(System.Globalization.CultureInfo.InvariantCulture),
                Details = Facts(entry, record, coverage),
            }
        );
        return entities;
    }

    private static void Data(List<FhirEntity> entities, AuditRecord record, string profile)
    {
        if (RestProfiles.IsQuery(profile))
        {
            entities.Add(new FhirEntity(FhirCoding.SystemObject, FhirCoding.Query) { Query = QueryOf(record), Labels = record.Labels });
            return;
        }

        // Of several resources each stands for itself; which of them are this patient's, the record does not say.
        foreach (var resource in record.Resources)
        {
            entities.Add(
                new FhirEntity(FhirCoding.SystemObject, FhirCoding.DomainResource)
                {
                    Reference = resource.Contains('/', StringComparison.Ordinal) ? resource : null,
                    Identifier = resource.Contains('/', StringComparison.Ordinal) ? null : resource,
                    Labels = record.Labels,
                }
            );
        }
    }

    // The request as it was sent; of a search by POST its body behind an empty line, as IHE's example has it.
    private static string QueryOf(AuditRecord record)
    {
        var line = $"{record.Method} {record.RawTarget}";
        return record.Form is null ? line : $"{line}\r\n\r\n{record.Form}";
    }

    // What a change was from and to is a registry's document: its digest says whether somebody shows the right one.
    private static List<(string Type, string Value)> Digests(AuditRecord record)
    {
        var details = new List<(string, string)>();
        Add("before-sha256", record.Before);
        Add("after-sha256", record.After);
        return details;

        void Add(string type, string? document)
        {
            if (document is not null)
            {
                details.Add((type, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(document)))));
            }
        }
    }

    private static List<(string Type, string Value)> Facts(AuditEntry entry, AuditRecord record, string? coverage)
    {
        var details = new List<(string, string)> { ("chain-sha256", Convert.ToHexStringLower(entry.ChainHash.Span)) };
        Add("rule", record.Rule);
        Add("use-case", record.UseCase);
        Add("organization", record.Organization);
        Add("agreement", record.Agreement);
        Add("approval", record.Approval);
        foreach (var approver in record.Approvers)
        {
            Add("approver", approver);
        }

        Add("covered-by", coverage);
        Add("accounting", record.Accounting);
        Add("task", record.Task);
        Add("token-sha256", record.TokenHash);
        Add("certificate-sha256", record.Certificate);
        Add("acr", record.Acr);
        Add("auth-time", record.AuthTime?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        Add("justification", record.Kind == AuditKind.Override ? record.Note : null);
        return details;

        void Add(string type, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                details.Add((type, value));
            }
        }
    }
}
