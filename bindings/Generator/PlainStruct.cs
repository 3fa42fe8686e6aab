using RetroVue.Bindings.Generator.Clang;

namespace RetroVue.Bindings.Generator;

/// <summary>A C struct as a sequential C# struct, with the size and the offsets that C# will give it.</summary>
internal sealed class PlainStruct
{
    private PlainStruct(string name, int size, IReadOnlyList<Field> fields)
    {
        Name = name;
        Size = size;
        Fields = fields;
    }

    public string Name { get; }

    public int Size { get; }

    public IReadOnlyList<Field> Fields { get; }

    /// <summary>A field: its C name, its C# declaration and where it stands.</summary>
    internal sealed record Field(string CName, IReadOnlyList<string> Declaration, int Offset);

    /// <summary>Lays the struct out by C#'s own rule, each field at the next multiple of its alignment.</summary>
    /// <exception cref="GeneratorException">The rule does not give the compiler's layout: the struct is packed or has bit-fields.</exception>
    public static PlainStruct Of(Cursor declaration, TypeMapper mapper)
    {
        var name = declaration.Name;
        var fields = new List<Field>();
        int end = 0, alignment = 1;
        foreach (var cursor in declaration.Children().Where(child => child.Kind == CursorKind.Field))
        {
            // A union is represented by its first member: where another is meant, the tag beside it says so.
            var isUnion = cursor.Type.Canonical is { Kind: CTypeKind.Record, Declaration.Kind: CursorKind.Union };
            var union = isUnion ? cursor.Type.Canonical.Declaration.Children().First(child => child.Kind == CursorKind.Field) : cursor;
            var (type, csName) = (union.Type, isUnion ? $"{cursor.Name}_{union.Name}" : cursor.Name);
            end = Align(end, type.Alignment);
            if (end != LibClang.clang_Cursor_getOffsetOfField(cursor) / 8 || type.Size != cursor.Type.Size)
            {
                throw new GeneratorException($"{name}.{cursor.Name} does not stand where a sequential C# struct has it.");
            }

            fields.Add(new Field(isUnion ? $"{cursor.Name}.{union.Name}" : cursor.Name, Declare(type, csName, mapper), end));
            end += type.Size;
            alignment = Math.Max(alignment, type.Alignment);
        }

        var size = Align(end, alignment);
        return size == declaration.Type.Size
            ? new PlainStruct(name, size, fields)
            : throw new GeneratorException($"{name} has {declaration.Type.Size} bytes, a sequential C# struct {size}.");
    }

    private static string[] Declare(CType type, string name, TypeMapper mapper)
    {
        var escaped = GeneratedFile.Escape(name);
        if (type.Canonical.Kind != CTypeKind.ConstantArray)
        {
            return [$"public {mapper.Map(type)} {escaped};"];
        }

        var element = mapper.Map(type.Canonical.Element);
        return type.Canonical.Element.Canonical.Kind == CTypeKind.Record
            ? [
                $"public {name}_array {escaped};",
                $"[InlineArray({type.Canonical.Count})]",
                $"internal struct {name}_array {{ private {element} _first; }}",
              ]
            : [$"public fixed {element} {escaped}[{type.Canonical.Count}];"];
    }

    private static int Align(int offset, int alignment) => (offset + alignment - 1) / alignment * alignment;
}
