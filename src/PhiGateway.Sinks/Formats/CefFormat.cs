using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PhiGateway.Sinks.Events;

namespace PhiGateway.Sinks.Formats;

/// <summary>Writes an event in the Common Event Format, version 0, for sending over syslog: docs/siem.md has the table.</summary>
/// <remarks>
/// The six custom strings are taken. What has no key in CEF's dictionary has one of our own, as CEF has it for what vendors add: a name of
/// letters and digits that begins with the vendor's.
/// </remarks>
internal sealed class CefFormat : IEventFormat
{
    private const string Own = "phiGateway";

    private static readonly int[] Severities = [0, 1, 2, 5, 7, 9];

    /// <inheritdoc />
    public byte[] Write(SinkEvent of)
    {
        var line = new StringBuilder(512);
        _ = line.Append("CEF:0|").Append(ProductName.Name).Append('|').Append(ProductName.App).Append('|').Append(ProductName.Version);
        Header(line, $"{EventMeaning.KindOf(of)}.{of.Event}");
        Header(line, EventMeaning.TitleOf(of));
        _ = line.Append('|').Append(Severities[EventMeaning.SeverityOf(of)]).Append('|');
        Pair(line, "rt", Number(of.Time.ToUnixTimeMilliseconds()));
        Pair(line, "externalId", of.Id.ToString("D"));
        Pair(line, "deviceExternalId", of.Log);
        Pair(line, "dvchost", of.Node);
        Pair(line, "cat", EventMeaning.KindOf(of));
        Pair(line, "act", of.Decision);
        Pair(line, "outcome", of.Decision is "deny" or "error" ? "failure" : "success");
        Pair(line, "reason", of.Reason);
        Peer(line, of.Peer);
        Pair(line, "suser", of.Actor ?? of.Subject);
        Pair(line, "suid", of.SubjectHash);
        Pair(line, "requestMethod", of.Method);
        Pair(line, "request", of.Template);
        Pair(line, "dhost", of.Upstream);
        Pair(line, "out", of.Bytes == 0 ? null : Number(of.Bytes));
        Labelled(line, "cs1", "client", of.Client);
        Labelled(line, "cs2", "patientHash", of.Patients is [var one] ? one : null);
        Labelled(line, "cs3", "purpose", of.Purpose);
        Labelled(line, "cs4", "rule", of.Rule);
        Labelled(line, "cs5", "tenant", of.Tenant);
        Labelled(line, "cs6", "parentId", of.ParentId == Guid.Empty ? null : of.ParentId.ToString("D"));
        Labelled(line, "cn1", "patients", of.PatientCount == 0 ? null : Number(of.PatientCount));
        Labelled(line, "cn2", "resources", of.ResourceCount == 0 ? null : Number(of.ResourceCount));
        Labelled(line, "cn3", "sequence", Number(of.Sequence));
        Labelled(line, "flexString1", "useCase", of.UseCase);
        Labelled(line, "flexString2", "organization", of.Organization);
        Pair(line, "fileType", of.ResourceType);
        Pair(line, "filePath", of.Target);
        Pair(line, Own + "Agreement", of.Agreement);
        Pair(line, Own + "Approval", of.Approval);
        Pair(line, Own + "Approvers", string.Join(' ', of.Approvers));
        Pair(line, Own + "CoveredBy", string.Join(' ', of.CoveredBy));
        Pair(line, Own + "Actors", string.Join(' ', of.Actors));
        Pair(line, Own + "ActorHashes", string.Join(' ', of.ActorHashes));
        Pair(line, Own + "TokenId", of.TokenId);
        Pair(line, Own + "TokenSha256", of.TokenHash);
        Pair(line, Own + "CertificateSha256", of.Certificate);
        Pair(line, Own + "Revision", of.Revision == 0 ? null : Number(of.Revision));
        line.Length--;
        return Encoding.UTF8.GetBytes(line.ToString());
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static void Peer(StringBuilder line, string? peer)
    {
        if (!IPAddress.TryParse(peer, out var address))
        {
            Pair(line, "shost", peer);
        }
        else if (address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6)
        {
            Pair(line, "src", address.MapToIPv4().ToString());
        }
        else
        {
            Pair(line, "c6a2", peer);
            Pair(line, "c6a2Label", "Source IPv6 Address");
        }
    }

    private static void Labelled(StringBuilder line, string key, string label, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            Pair(line, key, value);
            Pair(line, key + "Label", label);
        }
    }

    private static void Pair(StringBuilder line, string key, string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return;
        }

        _ = line.Append(key).Append('=');
        foreach (var c in value)
        {
            Escaped(line, c, '=');
        }

        _ = line.Append(' ');
    }

    private static void Header(StringBuilder line, string value)
    {
        _ = line.Append('|');
        foreach (var c in value)
        {
            Escaped(line, c, '|');
        }
    }

    // A line is a record: nothing in a value may end it, or begin another member.
    private static void Escaped(StringBuilder line, char c, char special)
    {
        if (c == '\\' || c == special)
        {
            _ = line.Append('\\').Append(c);
        }
        else
        {
            _ = line.Append(char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c);
        }
    }
}
