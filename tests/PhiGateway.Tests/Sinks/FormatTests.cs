using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Audit.Records;
using PhiGateway.Sinks.Formats;
using PhiGateway.Sinks.Syslog;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Sinks;

/// <summary>Events in the forms that receivers know.</summary>
public sealed class FormatTests
{
    // OCSF 1.8's required attributes, by class.
    private static readonly string[] Always = ["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"];

    public static TheoryData<AuditKind, int, string[]> Classes =>
        new()
        {
            { AuditKind.Decision, 6003, ["actor", "api", "src_endpoint"] },
            { AuditKind.Disclosure, 6003, ["actor", "api", "src_endpoint"] },
            { AuditKind.Intent, 6003, ["actor", "api", "src_endpoint"] },
            { AuditKind.Outcome, 6003, ["actor", "api", "src_endpoint"] },
            { AuditKind.Delivery, 6003, ["actor", "api", "src_endpoint"] },
            { AuditKind.AuditUse, 6003, ["actor", "api", "src_endpoint"] },
            { AuditKind.Auth, 3002, ["user"] },
            { AuditKind.Override, 3003, ["user", "privileges"] },
            { AuditKind.Admin, 3004, ["entity"] },
            { AuditKind.Hold, 3004, ["entity"] },
            { AuditKind.Detection, 2004, ["finding_info"] },
            { AuditKind.System, 6002, ["app"] },
        };

    [Theory]
    [MemberData(nameof(Classes))]
    public void Ocsf_EachKind_HasWhatItsClassRequires(AuditKind kind, int expected, string[] required)
    {
        var record = TestRecords.Of(kind);
        record.Actor = "mary@hospital.example";
        var json = Ocsf(record);

        Assert.Equal(expected, (int)json["class_uid"]!);
        Assert.Equal((expected * 100L) + (int)json["activity_id"]!, (long)json["type_uid"]!);
        Assert.All(Always.Concat(required), name => Assert.NotNull(json[name]));
        Assert.Equal("1.8.0", (string?)json["metadata"]!["version"]);
        Assert.NotNull(json["metadata"]!["product"]!["vendor_name"]);
        Assert.NotEmpty(json["actor"]!.AsObject());
    }

    [Fact]
    public void Ocsf_RefusalAndRelease_SayDeniedAndAllowed()
    {
        var denied = Ocsf(TestRecords.Denial());
        Assert.Equal((2, 26, 2), ((int)denied["action_id"]!, (int)denied["disposition_id"]!, (int)denied["status_id"]!));
        Assert.Equal("outside-use-case", (string?)denied["status_detail"]);

        var released = Ocsf(TestRecords.Disclosure());
        Assert.Equal((1, 1, 1), ((int)released["action_id"]!, (int)released["disposition_id"]!, (int)released["status_id"]!));
        Assert.Equal(600302, (long)released["type_uid"]!);
        Assert.Equal(SinkSample.Pseudonym.Of("north", "p-1"), (string?)released["resources"]![0]!["uid"]);
        Assert.Equal("203.0.113.7", (string?)released["src_endpoint"]!["ip"]);
    }

    [Fact]
    public void Cef_ValuesThatWouldEndAMember_AreEscaped()
    {
        var record = TestRecords.Denial();
        record.UseCase = "a=b\\c|d\r\nCEF:0|x";
        record.Peer = "2001:db8::7";
        var line = Encoding.UTF8.GetString(new CefFormat().Write(SinkSample.EventOf(record)));

        Assert.StartsWith("CEF:0|PHI Gateway|phi-gateway|", line, StringComparison.Ordinal);
        Assert.Contains("|decision.read|PHI access refused: outside-use-case|2|", line, StringComparison.Ordinal);
        Assert.Contains("flexString1=a\\=b\\\\c|d  CEF:0|x ", line, StringComparison.Ordinal);
        Assert.Contains("c6a2=2001:db8::7 ", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
    }

    [Fact]
    public void Frame_Octets_AreCountedAsWritten()
    {
        var read = SinkSample.EventOf(TestRecords.Disclosure());
        var frame = Rfc5424.Frame(read, "{\"a\":\"é\"}"u8.ToArray());
        var space = Array.IndexOf(frame, (byte)' ');
        var message = Encoding.UTF8.GetString(frame.AsSpan(space + 1));

        Assert.Equal(frame.Length - space - 1, int.Parse(Encoding.ASCII.GetString(frame, 0, space), CultureInfo.InvariantCulture));
        Assert.Matches(
            """^<110>1 2026-05-01T12:00:00\.000000Z gw-01 phi-gateway - disclosure \[audit@32473 id="[0-9a-f-]{36}" log="gw-01/1" sequence="7"\] \{""",
            message
        );
    }

    private static JsonNode Ocsf(AuditRecord record) => JsonNode.Parse(new OcsfFormat().Write(SinkSample.EventOf(record)))!;
}
