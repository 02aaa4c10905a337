using System.Text;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Audit.Records;

/// <summary>A record that is read without what it lists says everything else as ever.</summary>
public sealed class AuditRecordShortTests
{
    // What nobody asks for who reads every record.
    private static readonly string[] PassedOver =
    [
        nameof(AuditRecord.Resources),
        nameof(AuditRecord.Withheld),
        nameof(AuditRecord.WithheldPatients),
        nameof(AuditRecord.CoveredBy),
        nameof(AuditRecord.Approvers),
        nameof(AuditRecord.Obligations),
        nameof(AuditRecord.Before),
        nameof(AuditRecord.After),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void TryReadShort_ARecord_SaysAllButWhatIsPassedOver(int patients)
    {
        var body = BodyOf(patients);
        Assert.True(AuditRecordReader.TryReadShort(body, out var brief));
        var whole = AuditRecordReader.Read(body);

        foreach (var property in typeof(AuditRecord).GetProperties())
        {
            if (PassedOver.Contains(property.Name))
            {
                Assert.NotEqual(property.GetValue(whole), property.GetValue(brief));
            }
            else
            {
                Assert.Equal(property.GetValue(whole), property.GetValue(brief));
            }
        }
    }

    [Fact]
    public void TryReadShort_OfManyPatients_ReadsTwo()
    {
        Assert.True(AuditRecordReader.TryReadShort(BodyOf(500), out var brief));
        Assert.Equal(["p-0", "p-1"], brief.Patients);
        Assert.Equal("the last member", brief.Note);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"kind":"nothing"}""")]
    [InlineData("""{"kind":"system","patients":[1]}""")]
    [InlineData("""{"kind":"system","resources":["a" """)]
    public void TryReadShort_WhatIsNoRecord_IsNone(string text) =>
        Assert.False(AuditRecordReader.TryReadShort(Encoding.UTF8.GetBytes(text), out _));

    private static byte[] BodyOf(int patients)
    {
        var record = TestRecords.Disclosure();
        record.Patients = [.. Enumerable.Range(0, patients).Select(static one => $"p-{one}")];
        (record.Resources, record.Withheld, record.WithheldPatients) = (["Observation/1"], ["Observation/2 label"], ["p-9"]);
        (record.CoveredBy, record.Approvers, record.Obligations) = (["any"], ["anna"], ["mask"]);
        (record.Before, record.After, record.Note) = ("{}", "{\"a\":[1]}", "the last member");
        var buffer = new byte[64];
        var length = AuditRecordWriter.Write(record, ref buffer, 0);
        return buffer[..length];
    }
}
