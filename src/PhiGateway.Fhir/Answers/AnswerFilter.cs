using System.Buffers;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decision;

namespace PhiGateway.Fhir.Answers;

/// <summary>Judges an upstream answer resource by resource and writes what may leave.</summary>
/// <remarks>Finishes before the first byte is released or reports that nothing may leave; never throws for bad input.</remarks>
public static class AnswerFilter
{
    /// <summary>Filters one whole JSON answer (a resource or a Bundle).</summary>
    /// <param name="request">What was asked: type, id, interaction must fit the answer.</param>
    /// <param name="body">The upstream's bytes, whole.</param>
    /// <param name="policy">The permit's judge.</param>
    /// <param name="context">Bases, for references and links.</param>
    /// <param name="output">Receives the filtered bytes when the verdict is <see cref="AnswerVerdict.Rewritten"/>.</param>
    /// <param name="disclosure">Receives what is let out.</param>
    public static AnswerVerdict Filter(FhirRequest request, ReadOnlySpan<byte> body, ReleasePolicy policy, FhirContext context, IBufferWriter<byte> output, Disclosure disclosure) =>
        throw new NotImplementedException();
}
