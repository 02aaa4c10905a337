namespace PhiGateway.Fhir.Answers.Streaming;

/// <summary>The result of reading more of a stream into the window.</summary>
internal enum FillResult : byte
{
    Read,
    End,

    /// <summary>One piece is longer than may be held.</summary>
    TooLong,
}
