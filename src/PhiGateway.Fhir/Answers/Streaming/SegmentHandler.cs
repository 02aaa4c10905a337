namespace PhiGateway.Fhir.Answers.Streaming;

/// <summary>
/// Takes one segment: records the disclosure, waits until the record is durable, then writes the bytes. The next one is read and judged
/// meanwhile, and handed over when this task has ended.
/// </summary>
/// <param name="segment">What may leave; valid until the task ends; empty when everything read was withheld.</param>
/// <param name="disclosure">What it lets out and how much was withheld since the last segment; valid until the task ends.</param>
/// <param name="cancellation">The stream's.</param>
public delegate ValueTask SegmentHandler(ReadOnlyMemory<byte> segment, Disclosure disclosure, CancellationToken cancellation);
