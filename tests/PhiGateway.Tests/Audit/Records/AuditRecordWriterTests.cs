using System.Text;
using System.Text.Json;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Audit.Records;

public sealed class AuditRecordWriterTests
{
    [Fact]
    public void Write_EveryMember_IsReadBack()
    {
        var record = new AuditRecord();
        var number = 1;
        foreach (var property in typeof(AuditRecord).GetProperties())
        {
            object value = property.PropertyType switch
            {
                var t when t == typeof(Guid) => Guid.NewGuid(),
                var t when t == typeof(AuditKind) => AuditKind.AuditUse,
                var t when t == typeof(DateTimeOffset) || t == typeof(DateTimeOffset?) => TestRecords.Noon.AddTicks(1_234_567),
                var t when t == typeof(int) => number++,
                var t when t == typeof(long) => (long)int.MaxValue + number++,
                var t when t == typeof(IReadOnlyList<string>) => new List<string> { $"a{number++}", "b\"\n" },
                _ => $"{property.Name} é {number++}",
            };
            property.SetValue(record, value);
        }

        var copy = AuditRecordReader.Read(Bytes(record));
        foreach (var property in typeof(AuditRecord).GetProperties())
        {
            Assert.Equal(property.GetValue(record), property.GetValue(copy));
        }
    }

    [Fact]
    public void Write_OnlyWhatIsThere_LeavesNoTraceOfTheRest()
    {
        var record = new AuditRecord
        {
            Id = new Guid("0199aabb-ccdd-7eee-8fff-001122334455"),
            Kind = AuditKind.System,
            Event = "node.start",
            Time = TestRecords.Noon,
        };
        Assert.Equal(
            """{"v":1,"id":"0199aabb-ccdd-7eee-8fff-001122334455","kind":"system","event":"node.start","time":"2026-05-01T12:00:00.0000000Z"}""",
            Encoding.UTF8.GetString(Bytes(record))
        );
    }

    [Theory]
    [InlineData("a\r\nb|c=d]e\0f", "a\r\nb|c=d]e\0f")]
    [InlineData("\"\\/\u007f\u2028", "\"\\/\u007f\u2028")]
    [InlineData("\ud83d\ude00 ok", "\ud83d\ude00 ok")]
    [InlineData("</script><!--", "</script><!--")]
    public void Write_PoisonValue_StaysOneValidRecord(string value, string expected)
    {
        var record = TestRecords.Denial();
        record.RawTarget = value;
        record.Resources = [value];
        using var document = JsonDocument.Parse(Bytes(record).ToArray());
        Assert.Equal(expected, document.RootElement.GetProperty("rawTarget").GetString());
        Assert.Equal(expected, document.RootElement.GetProperty("resources")[0].GetString());
    }

    [Fact]
    public void Write_LoneSurrogate_BecomesTheReplacementCharacter()
    {
        // Not an attribute's argument: those are stored as UTF-8 and would lose the surrogate before the test.
        var record = TestRecords.Denial();
        record.RawTarget = "lone " + (char)0xd83d + " surrogate";
        Assert.Equal("lone \ufffd surrogate", AuditRecordReader.Read(Bytes(record)).RawTarget);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"kind":"nothing"}""")]
    [InlineData("""{"kind":"system","status":"200"}""")]
    [InlineData("""{"kind":"system" """)]
    public void Read_NoRecord_Throws(string text) =>
        Assert.ThrowsAny<JsonException>(() => AuditRecordReader.Read(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Read_MembersOfALaterVersion_ArePassedOver()
    {
        var record = AuditRecordReader.Read("""{"v":2,"kind":"system","new":{"a":[1,{"b":2}]},"event":"x"}"""u8);
        Assert.Equal("x", record.Event);
    }

    private static ReadOnlySpan<byte> Bytes(AuditRecord record)
    {
        byte[] buffer = new byte[8];
        var length = AuditRecordWriter.Write(record, ref buffer, 4);
        return buffer.AsSpan(4, length);
    }
}
