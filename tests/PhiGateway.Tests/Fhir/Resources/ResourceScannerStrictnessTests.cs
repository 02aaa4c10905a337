using System.Text;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Fhir.Answers;
using Xunit;

namespace PhiGateway.Tests.Fhir.Resources;

public sealed class ResourceScannerStrictnessTests
{
    public static TheoryData<string> Hostile =>
        new(
            "",
            " ",
            "null",
            "true",
            "1",
            "\"x\"",
            "[]",
            "{}",
            "{",
            "}",
            "<html><body>Patient</body></html>",
            "resourceType",
            """[{"resourceType":"Patient","id":"1"}]""",
            """{"resourceType":"Patient","id":"1"}x""",
            """{"resourceType":"Patient","id":"1"}{"resourceType":"Patient","id":"2"}""",
            """{"resourceType":"Patient","id":"1"},""",
            """{"resourceType":"Patient","id":"1",}""",
            """{"resourceType":"Patient","id":"1"/*c*/}""",
            """{"resourceType":"Patient",'id':"1"}""",
            """{"resourceType":"Patient","id":"1","id":"2"}""",
            """{"resourceType":"Patient","id":"1","id":"1"}""",
            """{"resourceType":"Patient","resourceType":"Observation"}""",
            """{"resourceType":"Observation","id":"1","subject":{"reference":"Patient/1"},"subject":{"reference":"Patient/2"}}""",
            """{"resourceType":"Observation","valueQuantity":{"value":1,"value":2}}""",
            """{"resourceType":"Observation","component":[{"code":{"text":"a"},"code":{"text":"b"}}]}""",
            """{"resourceType":"Observation","su\u0062ject":{"reference":"Patient/1"}}""",
            """{"\u0072esourceType":"Patient","id":"1"}""",
            """{"resourceType":"patient","id":"1"}""",
            """{"resourceType":"Pati\u0065nt","id":"1"}""",
            """{"resourceType":"Resource","id":"1"}""",
            """{"resourceType":null}""",
            """{"resourceType":["Patient"]}""",
            """{"resourceType":{"x":"Patient"}}""",
            """{"id":"1"}""",
            """{"contact":{"resourceType":"Patient"},"id":"1"}""",
            """{"resourceType":"Patient","id":1}""",
            """{"resourceType":"Patient","id":["1"]}""",
            """{"resourceType":"Patient","id":null}""",
            """{"resourceType":"Patient","name":[[{"family":"x"}]]}""",
            """{"resourceType":"Patient","text":"\ud800"}""",
            """{"resourceType":"Patient","text":"\udc00\ud800"}""",
            """{"resourceType":"Patient","text":"\ud800x"}""",
            """{"resourceType":"Patient","text":"\x41"}""",
            """{"resourceType":"Patient","n":01}""",
            """{"resourceType":"Patient","n":NaN}""",
            """{"resourceType":"Patient","n":+1}""",
            "{\"resourceType\":\"Patient\",\"text\":\"a\tb\"}",
            "{\"resourceType\":\"Patient\",\"text\":\"a\nb\"}",
            "{\"resourceType\":\"Patient\"}\0",
            "\uFEFF{\"resourceType\":\"Patient\",\"id\":\"1\"}",
            """{"resourceType":"Patient","meta":{"security":["R"]}}""",
            """{"resourceType":"Patient","meta":{"security":[{"code":["R"]}]}}""",
            """{"resourceType":"Patient","meta":{"security":[{"system":{"x":1},"code":"R"}]}}""",
            """{"resourceType":"Patient","meta":{"security":[null]}}""",
            """{"resourceType":"Patient","extension":[{"url":["http://x/inline-sec-label"],"valueCoding":{"code":"R"}}]}""",
            """{"resourceType":"Patient","extension":["http://x"]}""",
            """{"resourceType":"Patient","contained":["x"]}""",
            """{"resourceType":"Patient","contained":[null]}"""
        );

    [Theory]
    [MemberData(nameof(Hostile))]
    public void TryScan_HostileShape_IsRefused(string json) => Assert.Null(AnswerCases.Scan(json));

    [Theory]
    [InlineData("""{"resourceType":"Patient","id":"1"}""")]
    [InlineData("  \r\n{ \"id\" : \"1\" , \"resourceType\" : \"Patient\" }\n")]
    [InlineData("""{"id":"1","name":[{"family":"\ud83d\ude00 \u00e9 \\ud800 \" é"}],"resourceType":"Patient"}""")]
    [InlineData(
        """{"resourceType":"Patient","id":"1","name":[{"given":["a",null],"_given":[null,{"extension":[{"url":"u","valueString":"x"}]}]},{"given":["a"]}]}"""
    )]
    [InlineData(
        """{"resourceType":"Patient","id":"1","contact":[{"name":{"family":"x"}},{"name":{"family":"x"}}],"n":-1.5e+10,"t":true,"e":{},"a":[]}"""
    )]
    public void TryScan_LegitimateShape_IsRead(string json)
    {
        var facts = AnswerCases.Scan(json);
        Assert.Equal(ResourceType.Patient, facts?.Type);
        Assert.Equal("1", facts?.Id);
    }

    [Fact]
    public void TryScan_InvalidUtf8_IsRefused()
    {
        var json = Encoding.UTF8.GetBytes("""{"resourceType":"Patient","id":"1","text":"A"}""");
        json[^3] = 0xC0;
        Assert.Null(AnswerCases.Scan(json));
        json[^3] = (byte)'B';
        Assert.NotNull(AnswerCases.Scan(json));
    }

    [Fact]
    public void TryScan_DepthLimit_IsExact()
    {
        static string Nested(int levels) =>
            """{"resourceType":"Patient","id":"1","x":"""
            + string.Concat(Enumerable.Repeat("{\"x\":", levels))
            + "1"
            + new string('}', levels + 1);
        Assert.NotNull(AnswerCases.Scan(Nested(63)));
        Assert.Null(AnswerCases.Scan(Nested(64)));
        Assert.Null(AnswerCases.Scan(Nested(100_000)));
    }

    [Theory]
    [InlineData(300, false)]
    [InlineData(300, true)]
    [InlineData(500, true)]
    public void TryScan_ManyMembers_FindsTheDuplicateAmongThem(int count, bool duplicate)
    {
        var members = string.Join(
            ",",
            Enumerable.Range(0, count).Select(static place => $"\"aLongMemberNameThatCollides{place:D6}WithTheSameEnding\":1")
        );
        var json =
            $$"""{"resourceType":"Patient","id":"1","x":{{{members}}{{(duplicate ? ",\"aLongMemberNameThatCollides000007WithTheSameEnding\":1" : string.Empty)}}} }""";
        Assert.Equal(duplicate, AnswerCases.Scan(json) is null);
    }

    [Fact]
    public void TryScan_MoreMembersThanAnyElementHas_IsRefused()
    {
        var members = string.Join(",", Enumerable.Range(0, 1000).Select(static place => $"\"m{place}\":1"));
        Assert.Null(AnswerCases.Scan($$"""{"resourceType":"Patient","x":{{{members}}} }"""));
    }

    [Fact]
    public void TryScan_EveryType_HasAProgramAndReadsItsOwner()
    {
        foreach (var type in ResourceType.All)
        {
            Assert.Equal(type, ScanProgram.For(type).Type);
            Assert.Equal(type, AnswerCases.Scan($$"""{"resourceType":"{{type.Name}}","id":"1"}""")?.Type);
        }
    }

    [Fact]
    public void TryScan_AfterARefusal_LeavesNothingOfTheRefusedInTheFacts()
    {
        var facts = new PhiGateway.Policy.Decisions.ResourceFacts();
        Assert.False(
            PhiGateway.Fhir.Resources.ResourceScanner.TryScan(
                """{"resourceType":"Patient","id":"1","meta":{"security":[{"system":"s","code":"c"}]}"""u8,
                TestPolicy.Everything,
                AnswerCases.Context,
                facts
            )
        );
        Assert.True(facts.Type.IsNone);
        Assert.Null(facts.Id);
        Assert.Empty(facts.Labels);
    }

    [Fact]
    public void TryScan_VersionId_IsReadFromMetaOnly()
    {
        var facts = AnswerCases.Scan(
            """{"resourceType":"Patient","id":"1","meta":{"versionId":"7"},"contained":[{"resourceType":"Organization","id":"c","meta":{"versionId":"9"}}]}"""
        );
        Assert.Equal("7", facts?.VersionId);
        Assert.Equal("1", facts?.Id);
    }
}
