using RetroVue.Bindings.Generator.Clang;

namespace RetroVue.Bindings.Generator;

/// <summary>Converts C types to blittable C# types, for 64-bit Linux, where a C <c>long</c> has 64 bits.</summary>
internal sealed class TypeMapper(IReadOnlySet<string> structs, IReadOnlySet<string> enums)
{
    /// <summary>Structs that are not bound; they may be used only behind a pointer.</summary>
    public SortedSet<string> Opaque { get; } = new(StringComparer.Ordinal);

    public string Map(CType type) => type.Kind switch
    {
        CTypeKind.Void => "void",
        CTypeKind.Bool or CTypeKind.UChar or CTypeKind.CharS or CTypeKind.CharU => "byte",
        CTypeKind.SChar => "sbyte",
        CTypeKind.Short => "short",
        CTypeKind.UShort => "ushort",
        CTypeKind.Int => "int",
        CTypeKind.UInt => "uint",
        CTypeKind.Long or CTypeKind.LongLong => "long",
        CTypeKind.ULong or CTypeKind.ULongLong => "ulong",
        CTypeKind.Float => "float",
        CTypeKind.Double => "double",
        CTypeKind.Enum => enums.Contains(type.Declaration.Name) ? type.Declaration.Name : "int",
        CTypeKind.Record => MapRecord(type.Declaration.Name),
        CTypeKind.Pointer => MapPointer(type.Pointee),
        CTypeKind.ConstantArray or CTypeKind.IncompleteArray => MapPointer(type.Element),
        CTypeKind.Typedef => MapTypedef(type),
        CTypeKind.Elaborated => Map(type.Behind),
        CTypeKind.Unexposed => Map(type.Canonical),
        _ => throw new GeneratorException($"C type kind {type.Kind} has no C# form."),
    };

    /// <summary>False for a struct or union that is not bound, or an array of those.</summary>
    public bool IsBound(CType type)
    {
        var target = type.Canonical.Kind == CTypeKind.ConstantArray ? type.Canonical.Element.Canonical : type.Canonical;
        return target.Kind != CTypeKind.Record || structs.Contains(target.Declaration.Name);
    }

    private string MapTypedef(CType type) => type.Declaration.Name switch
    {
        "size_t" => "nuint",
        "ssize_t" or "ptrdiff_t" => "nint",
        // In the calling conventions of x86-64 and arm64, a va_list argument is a pointer. C# code may only pass it on.
        "va_list" or "__gnuc_va_list" or "__builtin_va_list" => "void*",
        _ => Map(type.Behind),
    };

    private string MapPointer(CType pointee)
    {
        var target = pointee.Canonical;
        if (target.Kind is CTypeKind.FunctionPrototype)
        {
            return MapFunction(pointee);
        }

        // A struct or union without a name, or private to its library, is not read.
        return target.Kind == CTypeKind.Record && !IsNamed(target.Declaration.Name) ? "void*" : Map(pointee) + "*";
    }

    private string MapFunction(CType function)
    {
        while (function.Kind is not CTypeKind.FunctionPrototype)
        {
            function = function.Kind is CTypeKind.Unexposed ? function.Canonical : function.Behind;
        }

        return $"delegate* unmanaged<{string.Join(", ", function.Arguments().Append(function.Result).Select(Map))}>";
    }

    private string MapRecord(string name)
    {
        if (!structs.Contains(name))
        {
            Opaque.Add(name);
        }

        return name;
    }

    private static bool IsNamed(string name) => name.Length > 0 && name != "__va_list_tag" && !name.Contains(' ', StringComparison.Ordinal);
}
