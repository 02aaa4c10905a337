using PhiGateway.Gateway.Exchange;
using Xunit;

namespace PhiGateway.Tests.Gateway.Exchange;

/// <summary>
/// Export files lie in object stores, which say of them what they say of any file; what is no resource is found out line by line. What says
/// that it is a page or a document is none.
/// </summary>
public sealed class ExportFileTypeTests
{
    [Theory]
    [InlineData("application/fhir+ndjson", true)]
    [InlineData("application/fhir+ndjson; charset=utf-8", true)]
    [InlineData("application/x-ndjson", true)]
    [InlineData("application/jsonl", true)]
    [InlineData("application/octet-stream", true)]
    [InlineData("binary/octet-stream", true)]
    [InlineData("Text/Plain; charset=utf-8", true)]
    [InlineData(null, true)]
    [InlineData("text/html", false)]
    [InlineData("application/xml", false)]
    [InlineData("application/pdf", false)]
    [InlineData("application/json", false)]
    public void IsNdjson_WhatAServerSaysOfAFile_IsTakenWhereItCanBeLines(string? type, bool isTaken) =>
        Assert.Equal(isTaken, KnownMediaTypes.IsNdjson(KnownMediaTypes.WithoutParameters(type)));
}
