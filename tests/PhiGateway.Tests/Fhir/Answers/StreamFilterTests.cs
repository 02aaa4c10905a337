using System.Text;
using System.Text.Json;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Answers.Streaming;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

public sealed class StreamFilterTests
{
    private static readonly StreamLimits Small = new() { SegmentBytes = 1000, MaxResourceBytes = 300_000 };

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    [InlineData(1_000_000)]
    public async Task Ndjson_MixedLines_HandsOutOnlyWhatMayLeave(int chunk)
    {
        var lines = Enumerable
            .Range(0, 200)
            .Select(static place =>
                Observation("o" + place, place % 2 == 0 ? "1" : "2", place % 2 == 0 ? string.Empty : ""","note":"CANARY" """)
            )
            .ToList();
        lines.Insert(10, "not json CANARY");
        lines.Insert(20, "");
        lines.Insert(30, """{"resourceType":"OperationOutcome","issue":[{"diagnostics":"CANARY"}]}""");
        lines.Insert(40, Observation("dup", "1", ""","id":"CANARY" """));
        var run = await Ndjson(string.Join("\r\n", lines), chunk);
        Assert.Equal(StreamVerdict.Complete, run.Verdict);
        Assert.DoesNotContain("CANARY", run.Text);
        Assert.Equal(
            100,
            run.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Count(static line => JsonDocument.Parse(line).RootElement.GetProperty("resourceType").GetString() == "Observation")
        );
        Assert.Equal(100, run.Released);
        Assert.Equal(102, run.Withheld);
        Assert.True(chunk > 10_000 || run.Segments > 3);
    }

    [Fact]
    public async Task Ndjson_LineThatCannotBeRead_IsSpokenOfAtTheEnd()
    {
        var run = await Ndjson(Observation("a", "1") + "\nnot json\n" + Observation("b", "1"), 10);
        var lines = run.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal((3, 1), (lines.Length, run.Withheld));
        Assert.Contains("\"code\":\"incomplete\"", lines[2]);
    }

    [Fact]
    public async Task Ndjson_ErrorsOfAnExport_KeepTheirCodesAndNoWord()
    {
        var run = await Ndjson(
            """{"resourceType":"OperationOutcome","text":{"div":"CANARY"},"issue":[{"severity":"error","code":"not-found","diagnostics":"CANARY"},{"severity":"CANARY","code":5}]}""",
            1000,
            tellsOutcomes: true
        );

        Assert.Equal(
            """{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-found"},{"severity":"information","code":"informational"}]}"""
                + "\n",
            run.Text
        );
    }

    // Each may hang on a record of somebody else's: how many there are, and of what kind, is not told.
    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    public async Task Ndjson_ErrorsOfAnExportForWhomSomethingIsWithheld_AreOneWord(int errors)
    {
        var codes = (string[])["not-found", "too-long"];
        var outcomes = Enumerable
            .Range(0, errors)
            .Select(place => $$"""{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"{{codes[place % 2]}}"}]}""");

        var run = await Ndjson(string.Join('\n', outcomes.Prepend(Observation("a", "1"))), 100);

        var lines = run.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Contains("could be exported", lines[1], StringComparison.Ordinal);
        Assert.DoesNotContain("OperationOutcome", (await Ndjson(Observation("a", "1"), 100)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ndjson_Deletions_AreJudgedByTheirNames()
    {
        var run = await Ndjson(
            """{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"Patient/1"}},{"request":{"method":"DELETE","url":"Patient/2"}},{"request":{"method":"DELETE","url":"Organization/9"}},{"request":{"method":"DELETE","url":"Observation/o"}}]}""",
            1000
        );

        Assert.Equal(
            """{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"Patient/1"}},{"request":{"method":"DELETE","url":"Organization/9"}}]}"""
                + "\n",
            run.Text
        );
        Assert.Equal((2, 2), (run.Released, run.Withheld));
    }

    [Fact]
    public async Task Ndjson_NothingMayLeave_StillReportsHowMuchWasWithheld()
    {
        var run = await Ndjson(Observation("a", "2") + "\n" + Observation("b", "2") + "\n", 10);
        Assert.Equal((StreamVerdict.Complete, string.Empty, 2, 1), (run.Verdict, run.Text, run.Withheld, run.Segments));
    }

    [Fact]
    public async Task Ndjson_LineLongerThanMayBeHeld_StaysAlone()
    {
        var tooLong = Observation("b", "1", ""","note":" """ + new string('x', 600_000) + "\"");
        foreach (var file in (string[])["A\nB\nC", "B\nA\nC\n", "A\nC\nB", "A\nB\nB\nC"])
        {
            var body = file.Replace("A", Observation("a", "1")).Replace("B", tooLong).Replace("C", Observation("c", "1"));
            foreach (var chunk in (int[])[10_000, 1_000_000])
            {
                var run = await Ndjson(body, chunk);
                var lines = run.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

                Assert.Equal((StreamVerdict.Complete, 2, file.Count(static one => one == 'B')), (run.Verdict, run.Released, run.Withheld));
                Assert.Equal(3, lines.Length);
                Assert.Contains("\"code\":\"incomplete\"", lines[2]);
            }
        }
    }

    [Fact]
    public async Task Ndjson_EmptyFile_IsComplete() =>
        Assert.Equal((StreamVerdict.Complete, string.Empty), await Ndjson(string.Empty, 10) is var run ? (run.Verdict, run.Text) : default);

    [Fact]
    [Trait("Size", "Large")]
    public async Task Ndjson_TwoHundredMegabytes_KeepsMemoryFlat()
    {
        var line = Encoding.UTF8.GetBytes(Observation("o1", "1", ",\"note\":[{\"text\":\"" + new string('x', 900) + "\"}]") + "\n");
        using var source = new RepeatingStream(line, 200L * 1024 * 1024 / line.Length);
        long bytes = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var verdict = await NdjsonFilter.RunAsync(
            source,
            TestPolicy.For("1"),
            Context,
            (segment, disclosure, _) =>
            {
                bytes += segment.Length;
                Assert.True(segment.Length < 1024 * 1024);
                return ValueTask.CompletedTask;
            },
            StreamLimits.Default,
            CancellationToken.None
        );
        Assert.Equal(StreamVerdict.Complete, verdict);
        Assert.Equal(source.Total, bytes);

        // Everything completes at once, so it all ran on this thread: what was ever allocated bounds what was ever held.
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < 60 * 1024 * 1024, $"{allocated} bytes allocated");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(13)]
    [InlineData(100_000)]
    public async Task Bundle_InPieces_IsTheSameAsWhole(int chunk)
    {
        var body = SearchSet(
            Enumerable
                .Range(0, 60)
                .Select(static place =>
                    Observation("o" + place, place % 3 == 0 ? "1" : "2", place % 3 == 0 ? string.Empty : ""","note":"CANARY" """)
                )
                .ToArray()
        );
        body =
            body.Replace(
                "\"total\"",
                "\"link\":[{\"relation\":\"self\",\"url\":\"https://ehr.internal:8443/r4/Observation?x=é\"}],\"total\""
            ) + "  \n";
        var whole = Filter(Search(), body, TestPolicy.For("1"));
        var run = await Bundle(Search(), body, chunk);
        Assert.Equal(StreamVerdict.Complete, run.Verdict);
        Assert.Equal(whole.Text, run.Text);
        Assert.Equal(20, run.Released);
        Assert.Equal(40, run.Withheld);
        Assert.True(chunk > 10_000 || run.Segments > 1);
        Assert.DoesNotContain("CANARY", run.Text);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("trailing")]
    [InlineData("duplicate")]
    [InlineData("type")]
    public async Task Bundle_BrokenMidway_SaysSoAndHandsOutNoMore(string fault)
    {
        var body = SearchSet(Enumerable.Range(0, 60).Select(static place => Observation("o" + place, "1")).ToArray());
        body = fault switch
        {
            "cut" => body[..^200],
            "trailing" => body + "x",
            "duplicate" => body[..^1] + ",\"type\":\"searchset\"}",
            _ => body.Replace("searchset", "history"),
        };
        var run = await Bundle(Search(), body, 500);
        Assert.Equal(StreamVerdict.Unreadable, run.Verdict);
        Assert.False(run.Text.EndsWith('}') && IsJson(run.Text));
        Assert.Equal(AnswerVerdict.Unreadable, Filter(Search(), body, TestPolicy.For("1")).Verdict);
    }

    // Also where others follow, and it comes in drops.
    [Theory]
    [InlineData(140_000)]
    [InlineData(290_000)]
    public async Task Bundle_EntriesAsLongAsMayBeHeld_AreThere(int length)
    {
        var note = $""","note":"{new string('x', length)}" """;
        var body = SearchSet(Observation("a", "1", note), Observation("b", "1", note), Observation("c", "1", note));

        var run = await Bundle(Search(), body, 10_000);

        Assert.Equal((StreamVerdict.Complete, 3), (run.Verdict, run.Released));
    }

    [Fact]
    public async Task Bundle_EntryLongerThanMayBeHeld_EndsTooLarge()
    {
        var body = SearchSet(Observation("a", "1", ""","note":" """ + new string('x', 600_000) + "\""));
        Assert.Equal(StreamVerdict.TooLarge, (await Bundle(Search(), body, 10_000)).Verdict);
        Assert.Equal(
            StreamVerdict.Complete,
            (await Bundle(Search(), SearchSet(Observation("a", "1", ""","note":" """ + new string('x', 200_000) + "\"")), 10_000)).Verdict
        );
    }

    [Fact]
    public async Task Bundle_OfAnOperation_MustNameItsTypeFirst()
    {
        var body = SearchSet(Observation("a", "1"), Observation("b", "2"));
        var everything = Request(Interaction.Operation, "Patient", "1");
        Assert.Contains("\"id\":\"a\"", (await Bundle(everything, body, 100)).Text);
        var late = body.Replace(",\"type\":\"searchset\"", string.Empty)[..^1] + ",\"type\":\"searchset\"}";
        Assert.Equal(StreamVerdict.Unreadable, (await Bundle(everything, late, 100)).Verdict);
        Assert.Equal(["a"], Filter(everything, late, TestPolicy.For("1")).Ids);
        Assert.Equal(StreamVerdict.Unreadable, (await Bundle(Read("Bundle", "b1"), body, 100)).Verdict);
    }

    [Fact]
    public async Task Bundle_CancelledByRevocation_Stops()
    {
        using var revoked = new CancellationTokenSource();
        var line = Encoding.UTF8.GetBytes(Observation("o1", "1") + "\n");
        using var source = new RepeatingStream(line, long.MaxValue / line.Length);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await NdjsonFilter.RunAsync(
                source,
                TestPolicy.For("1"),
                Context,
                async (_, _, _) => await revoked.CancelAsync(),
                Small,
                revoked.Token
            )
        );
    }

    private static bool IsJson(string text)
    {
        try
        {
            JsonDocument.Parse(text).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static Task<Run> Ndjson(string body, int chunk, bool tellsOutcomes = false) =>
        Collect(handler =>
            NdjsonFilter.RunAsync(
                new ChunkedStream(Encoding.UTF8.GetBytes(body), chunk),
                TestPolicy.For("1"),
                Context,
                handler,
                Small,
                CancellationToken.None,
                tellsOutcomes: tellsOutcomes
            )
        );

    private static Task<Run> Bundle(FhirRequest request, string body, int chunk) =>
        Collect(handler =>
            BundleStreamFilter.RunAsync(
                request,
                new ChunkedStream(Encoding.UTF8.GetBytes(body), chunk),
                TestPolicy.For("1"),
                Context,
                AnswerOptions.Default,
                handler,
                Small,
                CancellationToken.None
            )
        );

    private static async Task<Run> Collect(Func<SegmentHandler, ValueTask<StreamVerdict>> start)
    {
        var text = new MemoryStream();
        var released = 0;
        var withheld = 0;
        var segments = 0;
        var verdict = await start(
            (segment, disclosure, _) =>
            {
                text.Write(segment.Span);
                released += disclosure.Resources.Count;
                withheld += disclosure.Withheld;
                segments++;
                return ValueTask.CompletedTask;
            }
        );
        return new Run(verdict, Encoding.UTF8.GetString(text.ToArray()), released, withheld, segments);
    }

    private sealed record Run(StreamVerdict Verdict, string Text, int Released, int Withheld, int Segments);
}
