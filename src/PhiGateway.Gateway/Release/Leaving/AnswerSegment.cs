using PhiGateway.Fhir.Answers;

namespace PhiGateway.Gateway.Release.Leaving;

/// <summary>A judged piece of a streaming answer, with what it discloses; made by the streaming release and let out by the exit.</summary>
/// <param name="Running">The answer that it is a piece of.</param>
/// <param name="Bytes">The bytes; empty for a last one that only tells what was withheld.</param>
/// <param name="ContentType">Media type of the whole.</param>
/// <param name="Disclosure">What it lets out, and what was withheld before it.</param>
/// <param name="Before">Records of the same answer that left before.</param>
/// <param name="IsFirst">Whether it is the first that is recorded.</param>
internal readonly record struct AnswerSegment(
    RunningAnswer Running,
    ReadOnlyMemory<byte> Bytes,
    string ContentType,
    Disclosure Disclosure,
    long Before,
    bool IsFirst
);
