using System.Text;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Fhir.Requests;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>The attack corpus, byte for byte over sockets, against the gateway as it is deployed.</summary>
[Collection(OpenWorldCollection.Name)]
public sealed class CorpusTests(OpenWorld world, ITestOutputHelper output)
{
    // Reasons of the stages that read; a twin may meet policy or the upstream, never these.
    private static readonly HashSet<string> ReadingReasons =
    [
        .. PhiGateway
            .Policy.Vocabulary.DenyReason.All
            // A made-up handle is read for what it is, and then belongs to nobody.
            .Where(reason =>
                reason.Stage is DenyStage.Ingress or DenyStage.Identify or DenyStage.Understand && reason.Code != "handle-not-yours"
            )
            .Select(reason => reason.Code),
    ];

    private static readonly string[] Neighbours = ["GET /fhir/R4/Patient/17", "POST /fhir/R4/Patient"];

    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(CorpusEntry.Folder(), "*.json").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Send_Attack_IsRefusedWithItsReasonAndNeverForwarded(string file)
    {
        await world.Backend.ForgetRecordedAsync();
        var wrong = new List<string>();
        var (ours, servers, batches) = (0, 0, 0);
        using var wire = new Wire(world);
        foreach (var entry in CorpusEntry.Load(file))
        {
            var reply = await wire.AskAsync(entry.Attack);
            if (reply?.DecisionId is null)
            {
                // The server's own parser was stricter than we: the request never became one.
                servers++;
                if (reply is not { Status: 400 or 405 or 501 })
                {
                    wrong.Add($"{entry.Name}: {reply?.Status.ToString() ?? "no answer"} without a decision id");
                }

                continue;
            }

            // What the server's own parser would not take becomes one request that cannot be read, on record, before any stage sees it.
            if (reply is { Status: 400, Code: "malformed-request" })
            {
                servers++;
                continue;
            }

            ours++;
            var expect = entry.ExpectWhole ?? entry.Expect;
            if (expect.Entry is { } place)
            {
                batches++;
                if (Refusal(reply, place) is var told && told != (expect.Status, expect.Reason))
                {
                    wrong.Add($"{entry.Name}: {reply.Status}, entry {told}, expected {expect.Status} {expect.Reason}");
                }

                continue;
            }

            if (reply.Status != expect.Status || (reply.Body.Length > 0 && reply.Code != expect.Reason))
            {
                wrong.Add(
                    $"{entry.Name}: {entry.Method} {entry.Target}: {reply.Status} {reply.Code}, expected {expect.Status} {expect.Reason}"
                );
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));

        // Beside an entry that is refused, its batch's first one is answered; nothing else goes upstream.
        var recorded = await world.Backend.RecordedAsync();
        Assert.All(recorded, static request => Assert.Contains($"{request.Method} {request.Url}", Neighbours));
        Assert.True(recorded.Count <= batches, $"{recorded.Count} requests upstream for {batches} batches");
        output.WriteLine($"{file}: {ours} attacks refused on the record, {servers} by the server's own parser");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Send_Twin_IsRead(string file)
    {
        var wrong = new List<string>();
        using var wire = new Wire(world);
        foreach (
            var twin in CorpusEntry
                .Load(file)
                .Select(entry => entry.Twin)
                .DistinctBy(twin => $"{twin.Method} {twin.Target} {string.Join(';', twin.Headers ?? [])} {twin.Body}")
        )
        {
            var reply = await wire.AskAsync(twin);
            if (reply?.DecisionId is null || (reply.Code is { } code && ReadingReasons.Contains(code)) || reply.Code == "faulted")
            {
                wrong.Add($"{twin.Method} {twin.Target}: {reply?.Status} {reply?.Code}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static (int Status, string? Code) Refusal(RawReply reply, int place)
    {
        if (reply.Status != 200)
        {
            return (reply.Status, reply.Code);
        }

        var response = System.Text.Json.Nodes.JsonNode.Parse(reply.Body)!["entry"]![place]!["response"]!;
        return (
            int.Parse(((string)response["status"]!)[..3], System.Globalization.CultureInfo.InvariantCulture),
            (string?)response["outcome"]?["issue"]?[0]?["details"]?["coding"]?[0]?["code"]
        );
    }

    // One connection for as long as the gateway keeps it.
    private sealed class Wire(OpenWorld world) : IDisposable
    {
        private RawConnection? _connection;

        public async Task<RawReply?> AskAsync(CorpusRequest request)
        {
            _connection ??= await RawConnection.OpenAsync(world.Gateway.Data);
            await _connection.WriteAsync(Write(request));
            var reply = await _connection.ReadAsync(request.Method == "HEAD");
            if (reply is null || reply.Closes)
            {
                _connection.Dispose();
                _connection = null;
            }

            return reply;
        }

        public void Dispose() => _connection?.Dispose();

        private string Write(CorpusRequest request)
        {
            var text = new StringBuilder(
                $"{request.Method} {Raw(Ours(request.Target))} HTTP/1.1\r\nHost: {world.Host}\r\nAuthorization: Bearer {world.Token}\r\n"
            );
            foreach (var (name, value) in request.Headers ?? [])
            {
                text.Append($"{name}: {Raw(Ours(value))}\r\n");
            }

            var body = Raw(Ours(request.Body ?? string.Empty));
            if (request.Body is not null || request.Method is "POST" or "PUT" or "PATCH")
            {
                text.Append($"Content-Length: {body.Length}\r\n");
            }

            return text.Append("\r\n").Append(body).ToString();
        }

        private string Ours(string text) =>
            text.Replace("https://gw.hospital.example/fhir", world.Base, StringComparison.Ordinal)
                .Replace("https://ehr.internal:8443/r4", world.Backend.Base, StringComparison.Ordinal);

        private static string Raw(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
    }
}
