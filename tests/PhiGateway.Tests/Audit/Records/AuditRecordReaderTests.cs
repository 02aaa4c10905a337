using System.Reflection;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Audit.Records;

/// <summary>What detection reads of a record is what stands there, but for what it does not ask for.</summary>
public sealed class AuditRecordReaderTests
{
    private static readonly string[] PassedOver =
    [
        nameof(AuditRecord.Approvers),
        nameof(AuditRecord.TokenId),
        nameof(AuditRecord.CoveredBy),
        nameof(AuditRecord.Resources),
        nameof(AuditRecord.WithheldPatients),
        nameof(AuditRecord.Withheld),
        nameof(AuditRecord.Obligations),
        nameof(AuditRecord.Scope),
        nameof(AuditRecord.Task),
        nameof(AuditRecord.Before),
        nameof(AuditRecord.After),
        nameof(AuditRecord.Sequences),
    ];

    [Fact]
    public void TryReadBehaviour_ARecordWithEverything_IsTheSameButForWhatIsPassedOver()
    {
        var body = Body(Full());

        Assert.True(AuditRecordReader.TryRead(body, out var whole));
        Assert.True(AuditRecordReader.TryReadBehaviour(body, out var brief));
        foreach (var member in typeof(AuditRecord).GetProperties())
        {
            var expected = PassedOver.Contains(member.Name) ? new AuditRecord() : whole;
            Assert.Equal(member.GetValue(expected), member.GetValue(brief));
        }
    }

    [Fact]
    public void TryReadBehaviour_WhatIsNoRecord_IsNone()
    {
        Assert.False(AuditRecordReader.TryReadBehaviour("[]"u8, out _));
        Assert.False(AuditRecordReader.TryReadBehaviour("{\"v\":1}"u8, out _));
        Assert.False(AuditRecordReader.TryReadBehaviour(Body(TestRecords.Disclosure()).AsSpan(0, 100), out _));
        Assert.True(AuditRecordReader.TryReadBehaviour(Body(TestRecords.Disclosure()), out _));
    }

    private static AuditRecord Full()
    {
        var record = new AuditRecord();
        foreach (var member in typeof(AuditRecord).GetProperties().Where(static member => member.CanWrite))
        {
            member.SetValue(record, ValueFor(member));
        }

        return record;
    }

    private static object ValueFor(PropertyInfo member) =>
        (Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType) switch
        {
            var type when type == typeof(string) => "some " + member.Name,
            var type when type == typeof(Guid) => Guid.NewGuid(),
            var type when type == typeof(int) => 7,
            var type when type == typeof(long) => 8L,
            var type when type == typeof(DateTimeOffset) => TestRecords.Noon,
            var type when type == typeof(AuditKind) => AuditKind.Disclosure,
            _ => new[] { "one " + member.Name, "two" },
        };

    private static byte[] Body(AuditRecord record)
    {
        var buffer = new byte[4096];
        var length = AuditRecordWriter.Write(record, ref buffer, 0);
        return buffer[..length];
    }
}
