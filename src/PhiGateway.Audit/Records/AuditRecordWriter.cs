namespace PhiGateway.Audit.Records;

/// <summary>
/// Turns a record into the bytes that are hashed, kept and proven: compact UTF-8 JSON, fixed order, nothing for what is absent.
/// </summary>
internal static class AuditRecordWriter
{
    /// <summary>Writes at an offset of a buffer, which is replaced when it is too small.</summary>
    /// <returns>Number of bytes written.</returns>
    public static int Write(AuditRecord record, ref byte[] buffer, int offset)
    {
        var json = new JsonRecordBuffer(buffer, offset);
        json.Id("{\"v\":1,\"id\":"u8, record.Id);
        json.Text(",\"kind\":"u8, AuditKindNames.Of(record.Kind));
        json.Text(",\"event\":"u8, record.Event);
        json.Time(",\"time\":"u8, record.Time);
        if (record.ParentId != Guid.Empty)
        {
            json.Id(",\"parentId\":"u8, record.ParentId);
        }

        json.TextIfAny(",\"decision\":"u8, record.Decision);
        json.Text(",\"reason\":"u8, record.Reason);
        json.Text(",\"rule\":"u8, record.Rule);
        json.NumberIfAny(",\"revision\":"u8, record.Revision);
        json.Text(",\"tenant\":"u8, record.Tenant);
        json.Text(",\"environment\":"u8, record.Environment);
        json.Text(",\"client\":"u8, record.Client);
        json.Text(",\"useCase\":"u8, record.UseCase);
        json.Text(",\"organization\":"u8, record.Organization);
        json.Text(",\"agreement\":"u8, record.Agreement);
        json.Text(",\"approval\":"u8, record.Approval);
        json.ListIfAny(",\"approvers\":"u8, record.Approvers);
        json.Text(",\"owner\":"u8, record.Owner);
        json.Text(",\"model\":"u8, record.Model);
        json.Text(",\"instance\":"u8, record.Instance);
        json.Text(",\"accountable\":"u8, record.Accountable);
        json.Text(",\"tool\":"u8, record.Tool);
        json.Text(",\"issuer\":"u8, record.Issuer);
        json.Text(",\"issuerClientId\":"u8, record.IssuerClientId);
        json.Text(",\"subject\":"u8, record.Subject);
        json.Text(",\"tokenId\":"u8, record.TokenId);
        json.Text(",\"tokenHash\":"u8, record.TokenHash);
        if (record.TokenIssuedAt is { } issuedAt)
        {
            json.Time(",\"tokenIssuedAt\":"u8, issuedAt);
        }

        json.Text(",\"binding\":"u8, record.Binding);
        json.Text(",\"certificate\":"u8, record.Certificate);
        json.Text(",\"acr\":"u8, record.Acr);
        if (record.AuthTime is { } authTime)
        {
            json.Time(",\"authTime\":"u8, authTime);
        }

        json.ListIfAny(",\"actors\":"u8, record.Actors);
        json.Text(",\"purpose\":"u8, record.Purpose);
        json.Text(",\"purposeFrom\":"u8, record.PurposeFrom);
        json.Text(",\"accounting\":"u8, record.Accounting);
        json.Text(",\"scope\":"u8, record.Scope);
        json.Text(",\"task\":"u8, record.Task);
        json.Text(",\"peer\":"u8, record.Peer);
        json.Text(",\"userAgent\":"u8, record.UserAgent);
        json.Text(",\"method\":"u8, record.Method);
        json.Text(",\"template\":"u8, record.Template);
        json.Text(",\"interaction\":"u8, record.Interaction);
        json.Text(",\"resourceType\":"u8, record.ResourceType);
        json.Text(",\"rawTarget\":"u8, record.RawTarget);
        json.ListIfAny(",\"parameters\":"u8, record.Parameters);
        json.Text(",\"form\":"u8, record.Form);
        json.ListIfAny(",\"patients\":"u8, record.Patients);
        json.ListIfAny(",\"coveredBy\":"u8, record.CoveredBy);
        json.TextIfAny(",\"patientState\":"u8, record.PatientState);
        json.ListIfAny(",\"resources\":"u8, record.Resources);
        json.NumberIfAny(",\"resourceCount\":"u8, record.ResourceCount);
        json.NumberIfAny(",\"withheldCount\":"u8, record.WithheldCount);
        json.ListIfAny(",\"withheldPatients\":"u8, record.WithheldPatients);
        json.ListIfAny(",\"withheld\":"u8, record.Withheld);
        json.ListIfAny(",\"labels\":"u8, record.Labels);
        json.ListIfAny(",\"obligations\":"u8, record.Obligations);
        json.Text(",\"upstream\":"u8, record.Upstream);
        json.NumberIfAny(",\"upstreamStatus\":"u8, record.UpstreamStatus);
        json.NumberIfAny(",\"status\":"u8, record.Status);
        json.NumberIfAny(",\"bytes\":"u8, record.Bytes);
        json.Text(",\"outcome\":"u8, record.Outcome);
        json.Text(",\"delivery\":"u8, record.Delivery);
        json.Text(",\"sequences\":"u8, record.Sequences);
        json.Text(",\"actor\":"u8, record.Actor);
        json.Text(",\"target\":"u8, record.Target);
        json.Text(",\"before\":"u8, record.Before);
        json.Text(",\"after\":"u8, record.After);
        json.Text(",\"note\":"u8, record.Note);
        json.Raw("}"u8);
        buffer = json.Buffer;
        return json.End - offset;
    }
}
